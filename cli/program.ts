import { Command, CommanderError } from "commander";
import { Failure, failureWhile } from "../shared/engine/failure.ts";
import type { CommandModule } from "./command-module.ts";
import { registerCommands } from "./commands.ts";
import { failureText } from "./failure-text.ts";
import type { Io } from "./io.ts";
import { type CommonOptions, type OutputFormat, withCommonOptions } from "./options.ts";
import { styleOf } from "./style.ts";

/** Exit code of a command that failed, whatever it was doing. */
const exitFailed = 1;

/**
 * Parses the arguments and runs one command.
 * @returns the exit code that the command's own documentation gives; 1 for any failure, with the reason on stderr
 */
export async function runCommandLine(argv: readonly string[], io: Io): Promise<number> {
  let exitCode = 0;
  let format: OutputFormat = "text";
  const program = new Command("fleetkeeper")
    .description("Keeps a self-hosted GitLab and its EC2 runner fleet as one file in git describes it.")
    .showSuggestionAfterError()
    .showHelpAfterError("(add --help for what it takes)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns,
      getErrHelpWidth: () => io.stderr.columns,
    });

  /** Adds a command whose module is loaded only when it is called: `--help` stays instant. */
  const command = <Options extends CommonOptions>(
    usage: string,
    description: string,
    load: () => Promise<CommandModule<Options>>,
  ): Command =>
    withCommonOptions(program.command(usage).description(description)).action(async (...parsed: unknown[]) => {
      const self = parsed.at(-1) as Command;
      const options = self.opts<Options>();
      format = options.output;
      exitCode = await (await load()).run(io, self.args, options);
    });

  registerCommands(command);
  try {
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    const failure = error instanceof Failure ? error : failureWhile("running the command", error);
    io.stderr.write(failureText(failure, format, styleOf(io.stderr, io)));
    if (io.env["FLEETKEEPER_DEBUG"] === "1" && error instanceof Error) io.stderr.write(`${error.stack}\n`);
    return exitFailed;
  }
}

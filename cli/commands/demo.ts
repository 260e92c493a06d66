import { age } from "../../shared/report/age.ts";
import { type Narrator, playDemo } from "../demo/script.ts";
import type { Io } from "../io.ts";
import { styleOf } from "../style.ts";

/** `demo`: exit 0 only if every step was observed to hold, else 1 at the first that didn't. */
export async function run(io: Io): Promise<number> {
  const style = styleOf(io.stdout, io);
  const say = (line: string): void => io.stdout.write(`${line}\n`);
  let steps = 0;
  const narrator: Narrator = {
    async step(title, holds) {
      steps += 1;
      say(style.strong(`\n${steps}. ${title}`));
      say(`${style.good("✓")} ${await holds()}`);
    },
    show: (text) => io.stdout.write(`\n${indent(text)}\n`),
  };
  say("Fleetkeeper on an AWS inside this process: nothing leaves it, nothing is left behind.");
  const startedAt = io.now();
  try {
    const { calls, writes } = await playDemo(io, narrator, style);
    const took = io.now() - startedAt;
    const time = took < 10_000 ? `${(took / 1000).toFixed(1)}s` : age(took);
    say(style.good(`\nEvery step held: ${steps} steps, ${calls} calls, ${writes} of them writes, in ${time}.`));
    return 0;
  } catch (error) {
    say(`${style.bad("✗")} ${error instanceof Error ? error.message : String(error)}`);
    say(style.bad("\nThe demo failed at this step."));
    return 1;
  }
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => (line === "" ? "" : `    ${line}`))
    .join("\n");
}

import { Failure } from "../../shared/engine/failure.ts";
import { serviceLogsRequest } from "../../shared/resources/common/host-request.ts";
import { askHost, findHost, type HostOptions } from "../host-session.ts";
import type { Io } from "../io.ts";

interface LogsOptions extends HostOptions {
  readonly lines: string;
}

/** `logs SERVICE`: the newest lines of a service on the host. They are kept in Systems Manager's history for 30 days. */
export async function run(io: Io, [service = ""]: readonly string[], options: LogsOptions): Promise<number> {
  const count = linesOf(options.lines);
  const session = await findHost(io, options);
  const { lines, cut } = await askHost(session, serviceLogsRequest(service, count));
  const list = Array.isArray(lines) ? lines.map(String) : [];
  if (options.output === "json") {
    io.stdout.write(
      `${JSON.stringify({ version: 1, fleet: session.fleet, service, lines: list, cut: cut === true })}\n`,
    );
    return 0;
  }
  if (cut === true) io.stderr.write("older lines were left out: the answer would have been too long\n");
  for (const line of list) io.stdout.write(`${line}\n`);
  return 0;
}

function linesOf(text: string): number {
  const count = Number(text);
  if (/^\d{1,3}$/.test(text) && count >= 1 && count <= 500) return count;
  throw new Failure({
    code: "InvalidArgument",
    class: "terminal",
    message: `--lines must be a whole number from 1 to 500, not ${JSON.stringify(text)}`,
  });
}

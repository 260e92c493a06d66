import type { Json } from "../../shared/engine/json.ts";
import type { FunctionProcess } from "./function-process.ts";
import { type LogCode, logEvents } from "./log-event.ts";

export type Fields = Readonly<Record<string, Json | undefined>>;

export interface Log {
  write(event: LogCode, fields?: Fields): void;
  /** The same log, with more in every line. */
  with(fields: Fields): Log;
}

/** One JSON object a line: `time`, `level`, `event`, what all lines share, and the event's own fields. */
export function logTo(process: Pick<FunctionProcess, "write" | "now">, shared: Fields): Log {
  return {
    write(event, fields = {}) {
      const { level } = logEvents[event];
      const line = { time: new Date(process.now()).toISOString(), level, event, ...shared, ...fields };
      process.write(`${JSON.stringify(line)}\n`);
    },
    with: (fields) => logTo(process, { ...shared, ...fields }),
  };
}

import { Failure } from "../../shared/engine/failure.ts";
import type { RunRecord } from "../../shared/engine/record.ts";
import { historyHtml } from "../../shared/report/history-html.ts";
import { recordLine, recordText } from "../../shared/report/record-text.ts";
import { readHistory } from "../../shared/store/history.ts";
import type { Io } from "../io.ts";
import type { CommonOptions } from "../options.ts";
import { fleetOf, openState } from "../state.ts";
import { styleOf } from "../style.ts";

interface HistoryOptions extends CommonOptions {
  readonly fleet?: string;
  readonly limit: string;
  readonly details?: true;
}

/** `history`: the runs that did or found something, newest first. */
export async function run(io: Io, _: readonly string[], options: HistoryOptions): Promise<number> {
  const store = await openState(io, options);
  const fleet = await fleetOf(store, options.fleet);
  const records = await readHistory(store, fleet, limitOf(options.limit));
  if (options.output === "json") {
    io.stdout.write(`${JSON.stringify({ version: 1, fleet, records }, null, 2)}\n`);
    return 0;
  }
  if (options.output === "html") {
    io.stdout.write(historyHtml(fleet, records, io.now()));
    return 0;
  }
  const style = styleOf(io.stdout, io);
  if (records.length === 0) io.stdout.write(`${fleet}: no run has done anything yet\n`);
  const text = options.details === true ? recordText : (record: RunRecord) => `${recordLine(record, style)}\n`;
  for (const record of records) io.stdout.write(text(record, style));
  return 0;
}

function limitOf(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new Failure({
    code: "InvalidArgument",
    class: "terminal",
    message: `--limit must be a whole number from 1 to 9999, not ${JSON.stringify(text)}`,
  });
}

import { randomUUID } from "node:crypto";
import type { RunEnd, RunRecord, RunRequest } from "../../shared/engine/record.ts";
import { run as reconcile } from "../../shared/engine/run.ts";
import { recordText } from "../../shared/report/record-text.ts";
import type { Io } from "../io.ts";
import { reconcilerOf } from "../open-reconciler.ts";
import type { CommonOptions } from "../options.ts";
import { progressLines, silent } from "../progress.ts";
import { reconcileRemotely } from "../remote.ts";
import { fleetOf, personOf } from "../state.ts";
import { styleOf } from "../style.ts";
import { pushFile } from "./push.ts";

interface ReconcileOptions extends CommonOptions {
  readonly file?: string;
  readonly fleet?: string;
  readonly force?: true;
  readonly approve?: readonly string[];
  readonly only?: readonly string[];
  readonly remote?: true;
}

/**
 * `reconcile (-f FILE or --fleet NAME)`: one run under the lease. A file is pushed first: what a run makes real must be
 * what the next run finds in force. Exit 0 Ready, 2 progressing, held, unknown or busy, 1 failed.
 */
export async function run(io: Io, _: readonly string[], options: ReconcileOptions): Promise<number> {
  const pushed = options.file === undefined ? undefined : await pushFile(io, options.file, options);
  if (options.remote === true) {
    const record = await reconcileRemotely(io, options, pushed);
    io.stdout.write(render(io, record, options));
    return exitOf(record.end);
  }
  const events = options.output === "text" ? progressLines(io.stderr, styleOf(io.stderr, io)) : silent;
  const reconciler = await reconcilerOf(io, options, pushed?.region, events);
  const name = pushed?.fleet ?? (await fleetOf(reconciler.store, options.fleet));
  io.interrupted.addEventListener("abort", () => {
    io.stderr.write(
      "ending this run in good order; interrupt again to stop at once (its lease then lasts to its end)\n",
    );
  });
  const record = await reconcile(reconciler.engine, name, requestOf(io, options));
  io.stdout.write(render(io, record, options));
  return exitOf(record.end);
}

function requestOf(io: Io, { force, approve, only }: ReconcileOptions): RunRequest {
  return {
    requestId: randomUUID(),
    trigger: "manual",
    force: force === true,
    by: personOf(io),
    ...(approve === undefined ? {} : { approve }),
    ...(only === undefined ? {} : { only }),
  };
}

function render(io: Io, record: RunRecord, options: ReconcileOptions): string {
  if (options.output === "json") return `${JSON.stringify(record, null, 2)}\n`;
  return recordText(record, styleOf(io.stdout, io));
}

function exitOf(end: RunEnd): number {
  switch (end) {
    case "Ready":
      return 0;
    case "Failed":
      return 1;
    case "Progressing":
    case "Held":
    case "Unknown":
    case "Busy":
      return 2;
  }
}

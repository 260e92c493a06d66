import { Failure } from "../../shared/engine/failure.ts";
import type { Heartbeat } from "../../shared/engine/state-port.ts";
import type { FleetStatus } from "../../shared/engine/status.ts";
import { collectionText } from "../../shared/report/collection-text.ts";
import { statusHtml } from "../../shared/report/status-html.ts";
import { statusMarkdown } from "../../shared/report/status-markdown.ts";
import { statusText } from "../../shared/report/status-text.ts";
import { type CollectionStatus, collectionStatus } from "../../shared/resources/machines/collection-status.ts";
import { readLedger, readSweeps } from "../../shared/resources/machines/ledger-object.ts";
import { readHeartbeat, readStatus } from "../../shared/store/fleet-store.ts";
import type { ObjectStore } from "../../shared/store/object-store.ts";
import type { Io } from "../io.ts";
import type { CommonOptions } from "../options.ts";
import { fleetOf, openState } from "../state.ts";
import { styleOf } from "../style.ts";

interface StatusOptions extends CommonOptions {
  readonly fleet?: string;
  readonly watch?: true;
}

const watchEvery = 2_000;
const clearScreen = "\u001b[H\u001b[2J";

/** `status [--watch]`. Exit 0 where Ready, 2 where not, 1 where it can't be told. */
export async function run(io: Io, _: readonly string[], options: StatusOptions): Promise<number> {
  const store = await openState(io, options);
  const fleet = await fleetOf(store, options.fleet);
  let exit = await show(io, store, fleet, options);
  while (options.watch === true && !io.interrupted.aborted) {
    await io.sleep(watchEvery);
    if (io.stdout.isTerminal) io.stdout.write(clearScreen);
    exit = await show(io, store, fleet, options);
  }
  return exit;
}

async function show(io: Io, store: ObjectStore, fleet: string, options: StatusOptions): Promise<number> {
  const [status, heartbeat, ledger, sweeps] = await Promise.all([
    readStatus(store, fleet),
    readHeartbeat(store, fleet),
    readLedger(store, fleet),
    readSweeps(store, fleet),
  ]);
  if (status === undefined) throw noStatus(fleet);
  const collection = collectionStatus(ledger, sweeps, io.now());
  io.stdout.write(render(io, status.value, heartbeat, collection, options));
  return status.value.conditions.some(({ type, status: is }) => type === "Ready" && is === "True") ? 0 : 2;
}

function render(
  io: Io,
  status: FleetStatus,
  heartbeat: Heartbeat | undefined,
  collection: CollectionStatus | undefined,
  options: StatusOptions,
): string {
  switch (options.output) {
    case "json":
      return `${JSON.stringify({ ...status, heartbeat: heartbeat ?? null, collection: collection ?? null }, null, 2)}\n`;
    case "markdown":
      return `${statusMarkdown(status, heartbeat, io.now())}${collection === undefined ? "" : `\n${collectionText(collection)}`}`;
    case "html":
      return statusHtml(status, heartbeat, io.now());
    case "text":
      return `${statusText(status, heartbeat, io.now(), styleOf(io.stdout, io))}${
        collection === undefined ? "" : `\n${collectionText(collection)}`
      }`;
  }
}

function noStatus(fleet: string): Failure {
  return new Failure({
    code: "NoStatus",
    class: "terminal",
    message: `${fleet} has no status: no run has ended yet`,
    hint: "push its file and run `fleetkeeper reconcile`",
  });
}

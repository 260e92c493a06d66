import type { RunRecord, RunRequest } from "../../shared/engine/record.ts";
import type { Reconciler } from "../../shared/reconciler/reconciler.ts";
import { accountLines } from "../harness/account.ts";
import { lineDifference } from "../harness/crash.ts";
import { FleetWorld, stateBucket } from "../harness/fleet-world.ts";
import { peopleClients } from "./clients.ts";
import { type FleetShape, fileOf, fleetName } from "./fleet-shape.ts";
import type { History } from "./history.ts";
import { openFor } from "./odd-runs.ts";
import type { Player } from "./player.ts";
import { namesOf, plant } from "./strangers.ts";
import { undecorate } from "./undeclared.ts";
import { Watch } from "./watch.ts";

/** Longer than any lease and any fight's window. */
const rest = 65 * 60_000;
/** Runs that a fleet needs from anywhere once nothing goes wrong any more, deletions that a person approves included. */
const calmRuns = 6;

/** Nothing goes wrong any more: lets a fleet come to its end, and holds that to what it must be. */
export async function endLife(player: Player): Promise<void> {
  const { world, watch } = player;
  await player.calmDown();
  const last = await settle(world, watch, (reconciler, request) => player.run(reconciler, request));
  await player.look("calm");
  undecorate(world.sandbox);
  await compare(player, last);
}

/** The end must be that of a world in which nothing ever went wrong, and stay as it is. */
async function compare(player: Player, last: RunRecord): Promise<void> {
  const calm = await calmWorld(player.history, player.shape);
  const holds = last.held.map(({ target, hold }) => `${target.kind}/${target.name} ${hold.reason}`);
  if (last.end !== calm.end && !(last.end === "Ready" && calm.end === "Held")) {
    const why = last.failure?.message ?? last.conditions.map(({ message }) => message).join("; ");
    player.complain("calm", `ends ${last.end} (${holds.join(", ")}; ${why}), undisturbed ${calm.end}`);
    return;
  }
  if (last.end === "Ready" && calm.end === "Ready") {
    const difference = lineDifference(calm.lines, declaredLines(player.world, player.shape, player.plantedNames));
    if (difference.length > 0) player.complain("calm", `another end:\n    ${difference.join("\n    ")}`);
  }
  const { sandbox } = player.world;
  const before = accountLines(sandbox, stateBucket);
  sandbox.calls.clear();
  const again = await player.run(await openFor(player.world));
  const writes = sandbox.calls.writes().map(({ operation, input }) => `${operation} ${String(input["Key"])}`);
  const more = writes.filter((write) => !/\/(?:lease|heartbeat)\.json$/.test(write));
  if (again.end !== last.end) player.complain("calm", `ended ${last.end}, and then ${again.end}`);
  if (more.length > 0) player.complain("calm", `a run after the last writes ${more.join(", ")}`);
  if (lineDifference(before, accountLines(sandbox, stateBucket)).length > 0)
    player.complain("calm", "not a fixed point");
}

/** Runs by force, with every deletion approved, until nothing changes any more. */
async function settle(
  world: FleetWorld,
  watch: Watch,
  run: (reconciler: Reconciler, request: Partial<RunRequest>) => Promise<RunRecord>,
): Promise<RunRecord> {
  let approve: readonly string[] = [];
  let last: RunRecord | undefined;
  for (let runs = 1; runs <= calmRuns; runs += 1) {
    await world.clock.sleep(rest);
    last = await run(await openFor(world), { force: true, approve, by: "jo" });
    watch.approved.clear();
    const waiting = last.held.filter(({ hold }) => hold.reason === "ApprovalNeeded");
    for (const { target } of waiting) watch.approved.add(`${target.kind}/${target.name}`);
    approve = waiting.map(({ id }) => id);
    if (approve.length === 0 && (last.end === "Ready" || (last.end === "Held" && last.actions.length === 0))) break;
  }
  if (last === undefined) throw new Error("no run");
  return last;
}

async function calmWorld(history: History, shape: FleetShape) {
  const watch = new Watch(stateBucket);
  const world = await FleetWorld.open({ seed: history.seed });
  await plant(history.strangers, peopleClients(world));
  const planted = namesOf(world.sandbox);
  await world.push(await openFor(world), fleetName, fileOf(shape), 1);
  const last = await settle(world, watch, (reconciler, request) => world.run(reconciler, fleetName, request));
  return { end: last.end, lines: declaredLines(world, shape, planted) };
}

/**
 * What is there of what the file declares, without what people added.
 * @param planted names of others' things: once adopted, they are what somebody made of them
 */
function declaredLines(world: FleetWorld, shape: FleetShape, planted: readonly string[]): readonly string[] {
  const declared = [shape.hostRole, shape.machineRole].map((name) => `.=${name}.`);
  declared.push(`.buckets.${shape.cache.bucket}.`, "group(fleetkeeper-acme-");
  const names = declared.filter((name) => !planted.some((one) => name.includes(one)));
  // Left as an earlier file made them, as docs/kinds.md says: a boundary and a bucket key that this file says nothing of.
  const left = [...(shape.boundary ? [] : ["permissionsBoundary"]), ...(shape.cache.kms ? [] : ["BucketKeyEnabled"])];
  const others = new RegExp(["undeclared", "\\.versioning = ", ...left].join("|"));
  return accountLines(world.sandbox, stateBucket).filter(
    (line) => !others.test(line) && names.some((name) => line.includes(name)),
  );
}

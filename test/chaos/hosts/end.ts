import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunRecord } from "../../../shared/engine/record.ts";
import { FleetStore } from "../../../shared/store/fleet-store.ts";
import { lineDifference } from "../../harness/crash.ts";
import { secretNames } from "../../harness/host-fleet.ts";
import type { SavedWorld } from "../../harness/saved-world.ts";
import { lookAtSandbox, Taint } from "../../harness/taint.ts";
import { fleetName } from "../fleet-shape.ts";
import { openFor } from "../odd-runs.ts";
import { endLines } from "./end-lines.ts";
import { HostPlayer } from "./player.ts";
import type { HostShape } from "./shape.ts";

/** Minutes before each run once nothing goes wrong any more. A command whose agent has vanished counts as running for two hours. */
const pauses = [21, 3, 3, 3, 65, 3, 3, 65, 3, 3, 65, 3, 3, 65, 3, 3];
/** Documents that only read. */
const looks = /^fleetkeeper-(?:facts|read-runner|list-machines|list-jobs|ask-gitlab|check-gitlab)$/;

/**
 * Lets a fleet come to rest, with every deletion approved, and holds the end to what it must be: that of a fleet to which nothing
 * ever happened but its last file, a fixed point, and without a secret anywhere. @returns sentences of what isn't so
 */
export async function hostEnd(player: HostPlayer, shape: HostShape, base: SavedWorld): Promise<readonly string[]> {
  const last = await settle(player);
  const complaints = [...(await leaks(player))];
  if (last.end !== "Ready") complaints.push(`isn't Ready: ${whyNot(last)}`);
  else {
    const difference = lineDifference(await calmEnd(shape, base), await endLines(player.person));
    if (difference.length > 0) complaints.push(`another end:\n    ${difference.join("\n    ")}`);
    // The first run after Ready may note once which sections the manager has loaded.
    const first = await notAtRest(player);
    complaints.push(...(first.length === 0 ? [] : await notAtRest(player)));
  }
  return complaints;
}

async function settle(player: HostPlayer): Promise<RunRecord> {
  const { world } = player;
  let last: RunRecord | undefined;
  for (const minutes of pauses) {
    await world.clock.sleep(minutes * 60_000);
    last = await player.run(await openFor(world), { force: true });
    await player.approve(last);
    if (last.end === "Ready" && last.actions.length === 0) return last;
  }
  if (last === undefined) throw new Error("no run");
  return last;
}

function whyNot({ end, failure, held, unknown, conditions }: RunRecord): string {
  return [
    end,
    ...(failure === undefined ? [] : [failure.message]),
    ...held.map(({ target, hold }) => `${target.kind}/${target.name} ${hold.reason}`),
    ...unknown.map((one) => JSON.stringify(one)),
    ...conditions.filter(({ type }) => type === "Ready").map(({ message }) => message),
  ].join("; ");
}

async function notAtRest(player: HostPlayer): Promise<readonly string[]> {
  const { sandbox } = player.world;
  const before = await endLines(player.person);
  sandbox.calls.clear();
  const again = await player.run(await openFor(player.world));
  const writes = sandbox.calls
    .writes()
    .filter(({ service, operation }) => !(service === "sts" || operation === "AssumeRole"))
    .filter(({ input }) => !looks.test(String(input["DocumentName"])) && !isSignOfLife(String(input["Key"])))
    .map(({ operation, input }) => `${operation} ${String(input["Key"] ?? input["DocumentName"])}`);
  const difference = lineDifference(before, await endLines(player.person));
  return [
    ...(again.end === "Ready" ? [] : [`was Ready, and then ${whyNot(again)}`]),
    ...(writes.length === 0 ? [] : [`a run after the last writes ${writes.join(", ")}`]),
    ...(difference.length === 0 ? [] : [`no fixed point:\n    ${difference.join("\n    ")}`]),
  ];
}

function isSignOfLife(key: string): boolean {
  return /\/(?:lease|heartbeat)\.json$/.test(key);
}

/** The same file in a fleet that was let alone. Worked out once for each. */
const calmEnds = new Map<string, Promise<readonly string[]>>();

function calmEnd(shape: HostShape, base: SavedWorld): Promise<readonly string[]> {
  const key = JSON.stringify(shape);
  const known = calmEnds.get(key);
  if (known !== undefined) return known;
  const made = undisturbed(shape, base);
  calmEnds.set(key, made);
  return made;
}

async function undisturbed(shape: HostShape, base: SavedWorld): Promise<readonly string[]> {
  const player = await HostPlayer.open({ seed: 1, pageSize: 1000, listingLag: 0 }, base);
  try {
    await player.push(shape);
    const last = await settle(player);
    if (last.end !== "Ready") throw new Error(`a fleet that was let alone isn't Ready: ${whyNot(last)}`);
    return await endLines(player.person);
  } finally {
    await player.world.close();
  }
}

/** Secrets that people gave and tokens that GitLab made, in whatever was sent, stored or logged on the host. */
async function leaks({ world, person }: HostPlayer): Promise<readonly string[]> {
  const taint = new Taint();
  for (const name of secretNames) taint.plant(name);
  const { runners = [], accessTokens = [] } = world.hosts?.gitlab.state ?? {};
  for (const { id, token } of runners) taint.add(`token of runner ${id}`, token);
  for (const { name, value } of accessTokens) taint.add(`access token ${name}`, value);
  const { status } = await new FleetStore((await openFor(world)).store).load(fleetName);
  taint.look("status", status);
  lookAtSandbox(taint, world.sandbox, {
    allowedCall: ({ service, operation }) => service === "ssm" && operation === "PutParameter",
    allowedState: (path) => /^gitlab\/|^ssm\/[^.]*\.parameters\./.test(path),
  });
  const root = (await person.host().catch(() => undefined))?.files.root;
  for (const name of root === undefined ? [] : readdirSync(join(root, "var/log/fleetkeeper"))) {
    taint.look(`the host's log ${name}`, readFileSync(join(root ?? "", "var/log/fleetkeeper", name), "utf8"));
  }
  return taint.leaks().map(({ channel, secret, excerpt }) => `${secret} leaks by ${channel}: ${excerpt}`);
}

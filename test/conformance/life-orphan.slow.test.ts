import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EC2 } from "@aws-sdk/client-ec2";
import { expect, test, vi } from "vitest";
import { listen } from "../../sandbox/listen.ts";
import { parseFleet } from "../../shared/desired/fleet.ts";
import { fleetkeeper } from "../cli/terminal.ts";
import { FleetWorld, stateBucket } from "../harness/fleet-world.ts";
import { type Player, playLife } from "./life.ts";
import { smallestFleet } from "./life-cost.ts";
import { sweepHere } from "./sweep-here.ts";

const region = "eu-central-1";

/** The life of verify:aws's own fleet, on a clock that moves by itself. */
async function play(changes: Partial<Player> = {}) {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  const world = await FleetWorld.open();
  const server = await listen(world.sandbox);
  const folder = await mkdtemp(join(tmpdir(), "life-"));
  const ec2 = new EC2(world.settings());
  const said: string[] = [];
  try {
    const file = join(folder, "smallest.fleet.yaml");
    const body = await smallestFleet(ec2, "fk-verify-test", region);
    await writeFile(file, body);
    const parsed = parseFleet(body, "smallest");
    if (!parsed.ok) throw new Error("the smallest fleet is not valid");
    const time = { now: () => world.clock.now(), sleep: (milliseconds: number) => world.clock.sleep(milliseconds) };
    const place = { aws: { region, endpoint: server.url }, bucket: stateBucket };
    const options = ["--endpoint-url", server.url, "--bucket", stateBucket];
    const type: Player["type"] = (line) => fleetkeeper([...line, ...options], { AWS_REGION: region }, folder, time);
    const player: Player = {
      type,
      sweep: (fleet) => sweepHere(place, fleet, time),
      ...place,
      say: (line) => said.push(line),
      now: time.now,
      wait: time.sleep,
    };
    const deadline = time.now() + 3 * 3_600_000;
    const held = await playLife({ ...player, ...changes }, { file, fleet: parsed.fleet, deadline });
    const { Reservations = [] } = await ec2.describeInstances({});
    const { KeyPairs = [] } = await ec2.describeKeyPairs({});
    const states = Reservations.flatMap(({ Instances = [] }) => Instances.map(({ State }) => State?.Name));
    return { held, said, states, keyPairs: KeyPairs.length };
  } finally {
    vi.unstubAllEnvs();
    await server.close();
    await world.close();
    await rm(folder, { recursive: true });
  }
}

test("a machine of a manager that is long gone is seen, marked, deleted, and leaves nothing behind", async () => {
  const { held, said, states, keyPairs } = await play();
  expect(said).toEqual([
    expect.stringMatching(/^ {2}ok {2}create/),
    expect.stringMatching(/^ {2}ok {2}at rest/),
    expect.stringMatching(/^ {2}ok {2}drift and heal/),
    expect.stringMatching(/^ {2}ok {2}orphan and collect: suspected after \d+ minutes, deleted after \d+/),
    expect.stringMatching(/^ {2}ok {2}destroy: nothing of it is left/),
  ]);
  expect({ held, states, keyPairs }).toEqual({ held: true, states: ["terminated"], keyPairs: 0 });
});

test("where nothing sweeps, the time is up, and the machine and its key pair are ended all the same", async () => {
  const { held, said, states, keyPairs } = await play({ sweep: () => Promise.resolve("nothing to delete") });
  expect(said).toContainEqual(
    expect.stringMatching(/^ {2}NO {2}orphan and collect: the time that this may take is up/),
  );
  expect(said.at(-1)).toMatch(/^ {2}ok {2}destroy/);
  expect({ held, states, keyPairs }).toEqual({ held: false, states: ["terminated"], keyPairs: 0 });
});

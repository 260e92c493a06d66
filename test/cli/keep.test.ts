import { EC2 } from "@aws-sdk/client-ec2";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { listen } from "../../sandbox/listen.ts";
import { readLedger, updateLedger } from "../../shared/resources/machines/ledger-object.ts";
import { FleetWorld, sampleFile, stateBucket } from "../harness/fleet-world.ts";
import { fleetkeeper, type Ran } from "./terminal.ts";

let world: FleetWorld;
let ec2: EC2;
let close: () => Promise<void>;
let type: (line: string) => Promise<Ran>;
/** The operator's own clock is a day ahead of AWS's. */
const ahead = 24 * 3_600_000;

beforeEach(async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  world = await FleetWorld.open();
  ec2 = new EC2(world.settings());
  const server = await listen(world.sandbox);
  close = server.close;
  type = (line) =>
    fleetkeeper(
      `${line} --endpoint-url ${server.url} --bucket ${stateBucket}`,
      { AWS_REGION: "eu-central-1", GITLAB_USER_LOGIN: "ada" },
      process.cwd(),
      { now: () => world.clock.now() + ahead, sleep: (milliseconds) => world.clock.sleep(milliseconds) },
    );
  const reconciler = await world.reconciler();
  await world.push(reconciler, "acme", await sampleFile("cloud"), 1);
  await world.run(reconciler, "acme");
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await close();
  await world.close();
});

async function launch(tags: Readonly<Record<string, string>>, KeyName?: string): Promise<string> {
  const PublicKeyMaterial = new TextEncoder().encode("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBJ9 runner");
  if (KeyName !== undefined) await ec2.importKeyPair({ KeyName, PublicKeyMaterial });
  const { Instances = [] } = await ec2.runInstances({
    ImageId: "ami-0b1b2c3d4e5f60001",
    InstanceType: "m5.large",
    MinCount: 1,
    MaxCount: 1,
    ...(KeyName === undefined ? {} : { KeyName }),
    TagSpecifications: [
      { ResourceType: "instance", Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
    ],
  });
  await world.clock.sleep(60_000);
  return Instances[0]?.InstanceId ?? expect.fail("nothing was launched");
}

async function tagsOf(id: string): Promise<Readonly<Record<string, string>>> {
  const { Tags = [] } = await ec2.describeTags({ Filters: [{ Name: "resource-id", Values: [id] }] });
  return Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value]));
}

const key = (fleet: string) => `runner-t9wkyjhg-${fleet}-build-1795521600-0000000a`;

test("a machine of the fleet is kept, with who said so, and judged again after unkeep", async () => {
  const id = await launch({ "fleetkeeper:fleet": "acme" }, key("acme"));
  expect(await type(`keep ${id}`)).toMatchObject({ exit: 0, stdout: `${id} is kept, whatever is found about it\n` });
  expect(await tagsOf(id)).toMatchObject({ "fleetkeeper:keep": "ada" });
  expect((await type(`unkeep ${id}`)).exit).toBe(0);
  expect(await tagsOf(id)).toEqual({ "fleetkeeper:fleet": "acme" });
});

test.each(["keep", "unkeep"])("%s refuses what isn't a machine of the fleet, and touches no tag", async (verb) => {
  const kept = { "fleetkeeper:keep": "bob" };
  const others = {
    "another fleet's": [await launch({ "fleetkeeper:fleet": "acme-eu", ...kept }, key("acme-eu")), "NotOwned"],
    "a stranger's": [await launch({ Name: "mail", ...kept }), "NotOwned"],
    "the fleet's host": [
      await launch({ "fleetkeeper:fleet": "acme", "fleetkeeper:kind": "host", ...kept }),
      "NotAMachine",
    ],
    "nobody's": ["i-0123456789abcdef0", "NoSuchInstance"],
    "no id": ["mail", "InvalidArgument"],
  } as const;
  world.sandbox.calls.clear();
  for (const [whose, [id, code]] of Object.entries(others)) {
    const { exit, stderr } = await type(`${verb} ${id}`);
    expect({ exit, stderr }, whose).toEqual({ exit: 1, stderr: expect.stringContaining(code) });
  }
  const tagging = world.sandbox.calls.writes().filter(({ service }) => service === "ec2");
  expect(tagging.map(({ operation }) => operation)).toEqual([]);
});

test("an approval is dated by AWS's time, as marks are, and names who gave it", async () => {
  const { store } = await world.reconciler();
  const born = world.clock.now() - 3_600_000;
  const mark = { born, verdict: "suspect", since: born, sightings: 3, last: born } as const;
  await updateLedger(store, "acme", (ledger) => ({
    ...ledger,
    marks: { "instance/i-0a": mark, "instance/i-0b": mark },
  }));
  const before = world.clock.now();
  expect(await type("gc --approve i-0a")).toMatchObject({ exit: 0, stdout: "approved: instance/i-0a\n" });
  const { approvals } = await readLedger(store, "acme");
  expect(Object.keys(approvals)).toEqual(["instance/i-0a"]);
  const { at, by, born: of } = approvals["instance/i-0a"] ?? expect.fail("nothing is approved");
  expect({ by, of }).toEqual({ by: "ada", of: born });
  // AWS tells its time in whole seconds.
  expect(at).toBeGreaterThanOrEqual(before - 1000);
  expect(at).toBeLessThanOrEqual(world.clock.now() + 1000);
});

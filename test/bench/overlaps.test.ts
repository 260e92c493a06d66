import { expect, test } from "vitest";
import type { Call } from "../../sandbox/calls.ts";
import { tick } from "../functions/events.ts";
import { FunctionWorld } from "../functions/function-world.ts";
import { sampleFile } from "../harness/fleet-world.ts";
import { overlaps } from "./overlaps.ts";

/** Calls of workers of one fleet, in order: `a takes 1`, `a gives 1`, `a writes`, `b notes 1`. */
function calls(...lines: readonly string[]): readonly Call[] {
  return lines.map((line, index) => {
    const [caller = "", verb = "", epoch = "0"] = line.split(" ");
    const holder = verb === "gives" ? {} : { holder: { name: "a" } };
    const Body = new TextEncoder().encode(JSON.stringify({ data: { epoch: Number(epoch), ...holder } }));
    const lease = { Key: "fleets/acme/lease.json", Body };
    return {
      number: index + 1,
      service: verb === "writes" ? "ec2" : "s3",
      operation: verb === "writes" ? "CreateTags" : "PutObject",
      access: "write",
      input: verb === "writes" ? {} : lease,
      caller: {
        accessKeyId: caller,
        account: "123456789012",
        arn: "arn:aws:sts::123456789012:assumed-role/fleetkeeper-reconcile-worker/acme",
      },
      region: "eu-central-1",
      startedAt: 0,
      endedAt: 0,
      status: 200,
      error: undefined,
      overlooked: [],
    };
  });
}

test("runs one after the other are none too many, whoever leaves a note meanwhile", () => {
  expect(overlaps(calls("a takes 1", "b notes 1", "a writes", "a gives 1", "b takes 2", "b writes", "b gives 2"))).toBe(
    0,
  );
});

test("a run that begins in another is found, and so is a write without the lease", () => {
  expect(overlaps(calls("a takes 1", "b takes 2", "a gives 1", "b gives 2"))).toBe(1);
  expect(overlaps(calls("a takes 1", "b writes", "a gives 1"))).toBe(1);
  expect(overlaps(calls("a takes 1", "a gives 1", "a writes"))).toBe(1);
});

test("fleets that are ticked twice at once run once at a time", async () => {
  const world = await FunctionWorld.open();
  const body = (await sampleFile("minimal")).replace("mode: Observe", "mode: Enforce");
  for (const name of ["one", "two"]) await world.push(name, body.replaceAll("tiny", name));
  for (let copies = 0; copies < 2; copies += 1) world.deliver("dispatch", tick());
  await world.settle();
  const leases = world.sandbox.calls.writes().filter(({ input }) => String(input["Key"]).endsWith("/lease.json"));
  expect(leases.length).toBeGreaterThan(4);
  expect(overlaps(world.sandbox.calls.all())).toBe(0);
});

import { expect, test } from "vitest";
import { emptySweepRecord, sweepRecordFormat } from "../../shared/resources/machines/sweep-record.ts";
import { decode, encode } from "../../shared/store/format.ts";
import { statusFormat } from "../../shared/store/formats.ts";
import { keysOf } from "../../shared/store/keys.ts";
import { drift } from "../chaos/drift.ts";
import { lookAtSandbox, Taint } from "../harness/taint.ts";
import { atRest } from "./topic-world.ts";

type World = Awaited<ReturnType<typeof atRest>>;

/** Whatever is written to an object of the fleet from now on is refused. */
function failing({ world }: World, key: string) {
  world.sandbox.faults.add({
    service: "s3",
    operation: "PutObject",
    input: { Key: `fleets/acme/${key}` },
    effect: { type: "error", code: "InternalError", status: 500 },
  });
}

const lastTitle = ({ titles }: World) => titles().at(-1);

test("a message whose run couldn't write it down comes twice, and no third time", async () => {
  const fleet = await atRest("[Healed, Drifted]");
  await drift(fleet.world);
  failing(fleet, "status.json");
  expect((await fleet.run()).end).toBe("Failed");
  fleet.world.sandbox.faults.clear();
  await fleet.run();
  await fleet.run();
  expect(fleet.titles()).toEqual(["5 resources put right", "5 resources put right"]);
});

test("what a run put right that died before it could say so is told by the next one", async () => {
  const fleet = await atRest("[Healed]");
  await drift(fleet.world);
  failing(fleet, "status.json");
  fleet.world.sandbox.faults.add({ service: "sns", operation: "Publish", effect: { type: "reset" } });
  expect((await fleet.run()).end).toBe("Failed");
  expect(fleet.titles()).toEqual([]);
  fleet.world.sandbox.faults.clear();
  expect((await fleet.run()).end).toBe("Ready");
  expect(lastTitle(fleet)).toBe("5 resources put right");
});

test("a file that a run took over and died with is told by the next one", async () => {
  const fleet = await atRest("[Accepted]");
  await fleet.push(fleet.file.replace("days: 14", "days: 15"), 2);
  failing(fleet, "status.json");
  fleet.world.sandbox.faults.add({ service: "sns", operation: "Publish", effect: { type: "reset" } });
  await fleet.run();
  fleet.world.sandbox.faults.clear();
  await fleet.run();
  await fleet.run();
  expect(fleet.told().filter(({ message }) => message.includes("revision 2 is in force"))).toHaveLength(1);
});

test("an answer that is lost is a message that may come twice, and is taken for told", async () => {
  const fleet = await atRest("[Healed]");
  await drift(fleet.world);
  fleet.world.sandbox.faults.add({ service: "sns", operation: "Publish", times: 1, effect: { type: "lost" } });
  expect((await fleet.run()).notifications).toMatchObject([{ state: "sent" }]);
  await fleet.run();
  expect(fleet.titles()).toEqual(["5 resources put right", "5 resources put right"]);
});

test("a topic that throttles holds up nobody for long, and isn't asked again before its back-off has ended", async () => {
  const fleet = await atRest("[Healed, Failed]");
  fleet.world.sandbox.faults.add({ service: "sns", operation: "Publish", effect: { type: "throttle" } });
  fleet.world.sandbox.calls.clear();
  await drift(fleet.world);
  expect((await fleet.run()).end).toBe("Ready");
  for (let round = 0; round < 5; round += 1) await fleet.run();
  const asked = fleet.world.sandbox.calls.writes().filter(({ operation }) => operation === "Publish");
  // Two attempts of one message, and few in the seconds after.
  expect(asked.length).toBeLessThanOrEqual(8);
  expect((await fleet.status())?.notifications?.topics).toMatchObject({
    [String(Object.keys((await fleet.status())?.notifications?.topics ?? {})[0])]: { failure: { code: "Throttled" } },
  });
});

test("what sweeps deleted is told once, and of what was deleted before anybody listened nobody hears", async () => {
  const fleet = await atRest("[OrphansCollected]");
  const { store } = fleet.reconciler;
  const { sweeps, status } = keysOf("acme");
  const deletion = (id: string, at: number) => ({ subject: `instance/${id}` as const, name: `runner-${id}`, at });
  const swept = async (...deletions: readonly ReturnType<typeof deletion>[]) => {
    const there = await store.get(sweeps);
    const before = there === undefined ? emptySweepRecord("acme") : decode(sweepRecordFormat, there);
    await store.put(sweeps, encode(sweepRecordFormat, { ...before, deletions: [...before.deletions, ...deletions] }));
  };
  // As a run leaves it that follows orphans.
  const following = async () => {
    const there = await store.get(status);
    if (there === undefined) throw new Error("no status");
    const value = decode(statusFormat, there);
    const conditions = value.conditions.map((one) =>
      one.type === "GarbageCollected" ? ({ ...one, reason: "OrphansFound", status: "False" } as const) : one,
    );
    await store.put(status, encode(statusFormat, { ...value, conditions }));
  };
  const now = fleet.world.clock.now();
  await following();
  await swept(deletion("i-1", now + 1), deletion("i-2", now + 2));
  await fleet.run();
  expect(fleet.titles()).toEqual(["2 orphans were deleted"]);
  expect(fleet.told()[0]?.message).toContain("instance/i-1: runner-i-1, deleted");
  await following();
  await fleet.run();
  expect(fleet.titles()).toHaveLength(1);
  await following();
  await swept(deletion("i-3", now + 3));
  await fleet.run();
  expect(lastTitle(fleet)).toBe("1 orphan was deleted");
});

test("no secret that AWS or a file's author could put into a message gets there", async () => {
  const taint = new Taint();
  const fleet = await atRest("[Rejected, Failed]", "Json");
  const secret = taint.plant("a value of a bad file");
  await fleet.push(fleet.file.replace("bucket: acme-gitlab-cache", `bucket: "${secret}"`), 2);
  await fleet.run();
  expect(fleet.titles()).toEqual(["the newest file was not accepted"]);
  lookAtSandbox(taint, fleet.world.sandbox, {
    allowedCall: ({ service, input }) =>
      service === "s3" && (input as { Key?: string }).Key === "fleets/acme/desired.yaml",
    allowedState: (path) => path.startsWith("s3"),
  });
  for (const { subject, message } of fleet.told()) taint.look("topic", { subject, message });
  expect(taint.leaks()).toEqual([]);
});

import { expect, test } from "vitest";
import type { Verdict } from "../../shared/engine/condition.ts";
import { Failure } from "../../shared/engine/failure.ts";
import type { RunRequest } from "../../shared/engine/record.ts";
import { run } from "../../shared/engine/run.ts";
import { ModelProcess } from "./model-process.ts";
import { ModelWorld, sampleFleet } from "./model-world.ts";

interface Collecting {
  readonly world: ModelWorld;
  readonly looks: () => number;
  readonly run: (request?: Partial<RunRequest>) => Promise<string | undefined>;
}

/** A Ready world with a collector; `run` answers the reason of GarbageCollected. */
async function collecting(answer: () => Promise<Verdict>): Promise<Collecting> {
  const world = new ModelWorld();
  world.push(sampleFleet);
  await world.run();
  let looks = 0;
  return {
    world,
    looks: () => looks,
    async run(request) {
      const collect = (): Promise<Verdict> => {
        looks += 1;
        return answer();
      };
      const engine = { ...world.engine(new ModelProcess()), collect };
      await run(engine, "model", { requestId: "r", trigger: "schedule", force: false, ...request });
      return world.store.status?.conditions.find(({ type }) => type === "GarbageCollected")?.reason;
    },
  };
}

const clean = (): Promise<Verdict> => Promise.resolve({ reason: "NoOrphans", message: "none" });

test("orphans are looked for after a run that did nothing disruptive", async () => {
  const { world, looks, run: collect } = await collecting(clean);
  world.meddle("net/a", { size: 99 });
  expect(await collect()).toBe("NoOrphans");
  expect(looks()).toBe(1);
});

test("after a disruptive action, or for some kinds only, nobody looks and the last answer stands", async () => {
  const { world, looks, run: collect } = await collecting(clean);
  await collect();
  world.push({
    ...sampleFleet,
    kinds: { ...sampleFleet.kinds, net: { a: { size: 5, risk: "disruptive" }, b: { size: 2 } } },
  });
  expect(await collect()).toBe("NoOrphans");
  expect(await collect({ only: ["net"] })).toBe("NoOrphans");
  expect(looks()).toBe(1);
});

test("that there was nothing to collect stands for the file it was found under alone", async () => {
  const { world, run: collect } = await collecting(() =>
    Promise.resolve({ reason: "NothingToCollect", message: "no runners" }),
  );
  expect(await collect()).toBe("NothingToCollect");
  expect(await collect({ only: ["net"] })).toBe("NothingToCollect");
  world.push({ ...sampleFleet });
  expect(await collect({ only: ["net"] })).toBe("CollectionNotRun");
});

test("while the newest revision is invalid or the fleet suspended, nobody looks and that is told", async () => {
  const { world, looks, run: collect } = await collecting(clean);
  world.push("not a fleet");
  expect(await collect()).toBe("CollectionNotRun");
  world.push(sampleFleet);
  world.store.suspension = { until: world.clock.now() + 1, reason: "wait", by: "jo" };
  expect(await collect()).toBe("CollectionNotRun");
  expect(looks()).toBe(0);
});

test("a look that fails is unknown and fails nothing else", async () => {
  const { run: collect } = await collecting(() =>
    Promise.reject(new Failure({ code: "Throttled", class: "retry", message: "slow down" })),
  );
  expect(await collect()).toBe("EvidenceUnknown");
});

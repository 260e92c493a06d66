import { expect, test } from "vitest";
import { addApprovals } from "../../shared/store/approvals.ts";
import { readStatus } from "../../shared/store/fleet-store.ts";
import { keptRecords } from "../../shared/store/history.ts";
import { sampleFile } from "../harness/fleet-world.ts";
import { synthesise } from "../infra/synthesis.ts";
import { tick } from "./events.ts";
import { FunctionWorld } from "./function-world.ts";
import { expectProof } from "./proof.ts";

const history = "fleets/acme/history/";

test("under the deployed permissions a network moves, its old groups go once approved, and old records of runs do", async () => {
  const world = await FunctionWorld.open({ templates: synthesise() });
  let ticks = 0;
  const run = async () => {
    ticks += 1;
    world.deliver("dispatch", tick(`tick-${ticks}`));
    await world.settle();
    await world.pass(5);
  };
  const unsettled = async () => {
    const status = await readStatus(world.store, "acme");
    return Object.values(status?.value.resources ?? {}).filter(({ sync }) => sync !== "InSync");
  };
  const body = await sampleFile("cloud");
  await world.push("acme", body);
  await run();
  expect(await unsettled()).toEqual([]);
  await world.push(
    "acme",
    body
      .replace("vpc-0a1b2c3d4e5f60718", "vpc-0d3fa017000000000")
      .replace("subnet-0aaaaaaaaaaaaaaa1", "subnet-0d3fa01700000000a"),
  );
  await run();
  const approvals = (await unsettled()).flatMap(({ message }) => {
    const actionId = /--approve ([0-9a-f]{12})/.exec(message ?? "")?.[1];
    return actionId === undefined ? [] : [{ actionId, by: "ada", at: world.clock.now() }];
  });
  expect(approvals.length).toBeGreaterThan(0);
  await addApprovals(world.store, "acme", approvals);
  for (let most = 0; most < 5 && (await unsettled()).length > 0; most += 1) await run();
  expect(await unsettled()).toEqual([]);

  for (let old = 0; old < keptRecords + 5; old += 1) {
    await world.store.put(`${history}2020-01-01T00-00-00.000Z_${String(old).padStart(9, "0")}_old.json`, "{}");
  }
  // A run that changes something leaves a record, and one of so many looks for old ones.
  for (let most = 0; most < 40 && (await world.store.list(history)).length > keptRecords; most += 1) {
    await world.call("reconcile", { fleet: "acme", force: true, requestId: `forced-${most}` });
  }
  expect((await world.store.list(history)).length).toBeLessThanOrEqual(keptRecords);
  await expectProof("moved-network", world.enforcement.judgements);
});

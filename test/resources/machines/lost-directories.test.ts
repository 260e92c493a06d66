import { describe, expect, it } from "vitest";
import { classify } from "../../../shared/resources/machines/classify.ts";
import { gather } from "../../../shared/resources/machines/gather.ts";
import { emptyLedger } from "../../../shared/resources/machines/ledger.ts";
import { managerAnswer } from "../../../shared/resources/machines/list-machines.ts";
import { markOrphans } from "../../../shared/resources/machines/marker.ts";
import { answered } from "../../../shared/resources/machines/span.ts";
import { CollectedWorld } from "./collected-world.ts";
import * as scene from "./scene.ts";

const { hour, machine, manager, nameAt, noon, spans } = scene;
const name = nameAt(2 * hour);

describe("a directory without config.json, which docker-machine writes before it launches", () => {
  const broken = manager([{ name, broken: true }]);

  it("makes its machine stranded: its manager lists it, and can neither look at it nor remove it", () => {
    const verdict = classify(machine(), scene.evidence([machine()], { managers: [broken] }), noon);
    expect(verdict).toMatchObject({ verdict: "stranded", reasons: [{ code: "directory-broken" }] });
  });

  it("is no reason while docker-machine works on it, or a job runs there", () => {
    const processes = answered(spans.disk, [name]);
    const flying = scene.evidence([machine()], { managers: [manager([{ name, broken: true }], { processes })] });
    expect(classify(machine(), flying, noon).verdict).toBe("known");
    const closeLooks = { "i-0machine": scene.closeLook({ containers: answered(spans.jobs, 1) }) };
    const busy = scene.evidence([machine()], { managers: [broken], closeLooks });
    expect(classify(machine(), busy, noon).verdict).toBe("busy");
  });

  it("is told by the manager itself", () => {
    const { nonce: _, ended: __, ...disk } = scene.reading([{ name, broken: true }]);
    const answer = managerAnswer({ machines: disk, processes: [], sections: [], systemId: null, runner: true }, "n");
    expect(answer).toMatchObject({ machines: [{ name, broken: true }] });
    expect(answer).not.toHaveProperty("runnerAbsent");
  });
});

describe("machines on the disk of a manager whose runner is gone for good", () => {
  async function stateOf(wantsRunner: boolean) {
    const world = await CollectedWorld.open();
    const host = await world.addHost();
    const id = await world.createMachine(host);
    await world.world.clock.advance(hour);
    const ports = await world.markingPorts();
    await markOrphans(ports, world.fleet(), world.policy);
    const witnesses: typeof ports.witnesses = {
      ...ports.witnesses,
      async askManager(manager, nonce) {
        const { sections: _, ...answer } = await ports.witnesses.askManager(manager, nonce);
        return { ...answer, runnerAbsent: true };
      },
    };
    const fleet = { ...world.fleet(), wantsRunner };
    const { evidence } = await gather({ ...ports, witnesses }, fleet, emptyLedger("acme"));
    const listed = evidence.listing.state === "answered" ? evidence.listing.value : [];
    const found = listed.find((one) => one.id === id) ?? expect.fail("the machine isn't listed");
    return classify(found, evidence, world.world.clock.now());
  }

  it("are stranded once `runners` has left the file", async () => {
    expect(await stateOf(false)).toMatchObject({ verdict: "stranded" });
  });

  it("are unknown while the file wants one: it will start, and find them", async () => {
    expect(await stateOf(true)).toMatchObject({ verdict: "unknown", reasons: [{ code: "sections-unknown" }] });
  });
});

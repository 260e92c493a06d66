import { describe, expect, it } from "vitest";
import { classify } from "../../../shared/resources/machines/classify.ts";
import { emptyLedger } from "../../../shared/resources/machines/ledger.ts";
import { recordManagers } from "../../../shared/resources/machines/manager-record.ts";
import { answered, unanswered } from "../../../shared/resources/machines/span.ts";
import * as scene from "./scene.ts";

const { evidence, hour, machine, manager, noon, untagged } = scene;
const entry = { name: scene.nameAt(2 * hour), instanceId: "i-0machine" };
const onDisk = [manager([entry])];

describe("never evidence of death", () => {
  it("a missing tag", () => {
    const bare = untagged();
    expect(classify(bare, evidence([bare], { managers: onDisk }), noon).verdict).toBe("known");
  });

  it("NotFound: a manager's instance that EC2 doesn't list any more has not ended, however often it is looked for", () => {
    const silent = manager([], { disk: unanswered("no such instance"), processes: unanswered("no such instance") });
    const seen = evidence([machine()], { managers: [silent] });
    const nobody = { instances: answered(scene.spans.listing, {}), volumes: answered(scene.spans.listing, {}) };
    let ledger = emptyLedger("acme");
    for (let look = 0; look < 100; look += 1) {
      const at = look * hour;
      const volumes = answered({ from: noon + at, to: noon + at }, { "vol-0data": false });
      ledger = recordManagers(ledger, seen, { ...nobody, volumes });
    }
    expect(ledger.managers[scene.host]?.ended).toBeUndefined();
    expect(classify(machine(), seen, noon).verdict).toBe("unknown");
  });

  it("a partial page", () => {
    const partial = { ...evidence([machine()]), listing: unanswered("the second page was throttled") };
    expect(classify(machine(), partial, noon).verdict).toBe("unknown");
  });

  it("silence", () => {
    const disk = unanswered("the agent didn't answer");
    const silent = evidence([machine()], { managers: [manager([], { disk })] });
    expect(classify(machine(), silent, noon).verdict).toBe("unknown");
  });

  it("great age", () => {
    const ancient = machine({ age: 900 * 24 * hour });
    const name = ancient.keyName ?? "";
    expect(classify(ancient, evidence([ancient], { managers: [manager([{ name }])] }), noon).verdict).toBe("known");
  });

  it("a stopped state", () => {
    const stopped = machine({ state: "stopped" });
    expect(classify(stopped, evidence([stopped], { managers: onDisk }), noon).verdict).toBe("known");
  });

  it("low CPU: nothing in the evidence says how busy a processor is", () => {
    expect(Object.keys(evidence([machine()])).join(" ")).not.toMatch(/cpu|load|metric/i);
  });

  it("GitLab being down", () => {
    const down = evidence([machine()], { traces: unanswered("502 Bad Gateway") });
    expect(classify(machine(), down, noon).verdict).toBe("unknown");
  });

  it("our own earlier mark: a machine on the disk is known, whatever tag it carries", () => {
    const marked = machine({ tags: { "fleetkeeper:fleet": "acme", "fleetkeeper:orphan": "suspect since 2026" } });
    expect(classify(marked, evidence([marked], { managers: onDisk }), noon).verdict).toBe("known");
  });
});

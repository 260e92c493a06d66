import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HostFaultEffect } from "../../../sandbox/hosts/host-faults.ts";
import { SandboxHandler } from "../../../sandbox/sdk-handler.ts";
import { HostFleet } from "../../harness/host-fleet.ts";

const config = "/srv/fleetkeeper/runner/config.toml";
/** Longer than a dead holder's lease can last. */
const afterLease = 21 * 60_000;

describe("a run that works on runners", { shuffle: false }, () => {
  let fleet: HostFleet;
  beforeAll(async () => {
    fleet = await HostFleet.open(true);
    await fleet.settle(20);
  });
  afterAll(() => fleet.close());

  const gitlab = () => fleet.world.hosts?.gitlab.state ?? expect.fail("no hosts run");
  const only = { only: ["runner"], force: true };

  /** One runner that GitLab knows no more, attributes of the other changed, and the global part edited. */
  async function damage(): Promise<void> {
    const { files } = (await fleet.host()).files;
    gitlab().runners.splice(0, 1);
    for (const runner of gitlab().runners) runner.attributes = { ...runner.attributes, tagList: ["other"] };
    files.write(config, (files.text(config) ?? "").replace(/^concurrent = .*$/m, "concurrent = 7"));
  }

  async function inOrder(why: string): Promise<void> {
    await fleet.world.clock.sleep(afterLease);
    await fleet.settle(6, { force: true });
    const { runners } = gitlab();
    expect(runners.map(({ attributes }) => attributes.description).sort(), why).toEqual([
      "acme build machines",
      "acme-next",
    ]);
    const text = (await fleet.host()).files.files.text(config) ?? "";
    for (const { token } of runners) expect(text, why).toContain(`token = "${token}"`);
    expect(text.match(/^token = /gm), why).toHaveLength(2);
    expect(text, why).toMatch(/^concurrent = 30$/m);
  }

  it("and dies before or after its calls of AWS leaves no second runner, and the next one ends it all", async () => {
    let tried = 0;
    // Some of them: each is followed by runs until all is in order, and by the wait for a dead holder's lease.
    for (let at = 1; ; at += 7, tried += 1) {
      await damage();
      const when = tried % 2 === 0 ? "after" : "before";
      const handler = new SandboxHandler(fleet.world.sandbox, { at, when });
      await fleet.run(only, handler).catch(() => undefined);
      await inOrder(`died ${when} call ${at}`);
      if (!handler.dead) break;
    }
    expect(tried).toBeGreaterThan(5);
  }, 3_600_000);

  it("and whose host is killed after any call of GitLab leaves no second runner after the next run", async () => {
    for (let call = 1; call < 20; call += 1) {
      await damage();
      gitlab().killAfter = call;
      await fleet.run(only);
      const reached = gitlab().killAfter === null;
      gitlab().killAfter = null;
      await inOrder(`killed after call ${call} of GitLab`);
      if (!reached) return;
    }
  });

  it.each<[string, string, HostFaultEffect]>([
    ["the output of a registration is lost", "register-runner", { type: "output-lost" }],
    ["the output of a registration is cut", "register-runner", { type: "output-cut", characters: 60 }],
    ["the agent goes away before a registration", "register-runner", { type: "lost", when: "before" }],
    ["the agent goes away after a registration", "register-runner", { type: "lost", when: "after" }],
    ["the output of a write is lost", "write-runner", { type: "output-lost" }],
    ["the agent goes away after an update", "update-runner", { type: "lost", when: "after" }],
    ["a reading is cut", "read-runner", { type: "output-cut", characters: 200 }],
    ["the agent goes away during a reading", "read-runner", { type: "lost", when: "after" }],
  ])("ends in order although %s", async (why, document, effect) => {
    await damage();
    fleet.world.hosts?.faults.clear();
    fleet.world.hosts?.faults.add({ document, effect });
    const record = await fleet.run(only);
    if (document === "read-runner") expect(record.actions, "what isn't known isn't touched").toEqual([]);
    fleet.world.hosts?.faults.clear();
    await inOrder(why);
  });
});

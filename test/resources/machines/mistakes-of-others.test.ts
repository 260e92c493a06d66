import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { foreignness } from "../../../shared/resources/machines/ownership.ts";
import { CollectedWorld, minute } from "./collected-world.ts";
import { group, machine, nameAt, profile } from "./scene.ts";

/**
 * Mistakes that cost the users of other tools machines or jobs, where they could be made in collecting. The numbers are
 * stable; those that a function's handler, policies or files could make are in test/functions/mistakes-of-others.test.ts.
 */
describe("mistakes of others, by their number", () => {
  let fleet: CollectedWorld;
  let host = "";
  beforeEach(async () => {
    fleet = await CollectedWorld.open(5);
    host = await fleet.addHost();
  });
  afterEach(() => fleet.world.close());

  /** Machines that their manager lost, old enough to be judged. */
  async function lose(count: number, options: { readonly tagged?: boolean } = {}): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let made = 0; made < count; made += 1) ids.push(await fleet.createMachine(host, options));
    await fleet.run();
    for (const id of ids) fleet.drop(host, id);
    await fleet.world.clock.advance(20 * minute);
    return ids;
  }
  const terminations = () =>
    fleet.world.sandbox.calls.writes().filter(({ operation }) => operation === "TerminateInstances").length;
  const instances = (ids: readonly string[]) => ids.map((id) => `instance/${id}`).sort();
  /** @param times how often the next calls that end an instance are refused */
  const refuse = (times: number) =>
    fleet.world.sandbox.faults.add({
      service: "ec2",
      operation: "TerminateInstances",
      times,
      effect: { type: "error", code: "InternalError", status: 500 },
    });

  it("3, a look-up that failed read as nothing: a manager that is silent speaks for all of its machines", async () => {
    const ids = await lose(1);
    fleet.silent.add(host);
    expect(await fleet.runFor(80)).toEqual([]);
    expect(await fleet.living()).toEqual(ids);
  });

  it("4, work that nobody waited for: when a sweep has ended, every call that it tells of was made", async () => {
    await lose(3);
    await fleet.runFor(16);
    fleet.world.sandbox.calls.clear();
    const { sweep } = await fleet.run();
    expect(sweep.deletions).toHaveLength(3);
    expect(terminations()).toBe(3);
  });

  it("5, a dry run by EC2's own flag: a report shows all that would follow, and asks for nothing that it doesn't mean", async () => {
    await lose(2);
    fleet.world.sandbox.calls.clear();
    const { sweep, marking } = await fleet.run({ ...fleet.policy, mode: "report" });
    expect(marking.look.findings.filter(({ verdict }) => verdict.verdict === "suspect")).toHaveLength(2);
    expect(sweep.plan.held.map(({ holds }) => holds[0].code)).toEqual(["report-mode", "report-mode"]);
    expect(terminations()).toBe(0);
    expect(fleet.world.sandbox.calls.all().filter(({ input }) => "DryRun" in input)).toEqual([]);
  });

  it("6, one failure that ends the collection of all others; 20, giving up after it: the others go, and it is tried again", async () => {
    const ids = await lose(3);
    await fleet.runFor(16);
    refuse(1);
    const { sweep } = await fleet.run();
    expect(sweep.deletions.map(({ failure }) => failure === undefined).sort()).toEqual([false, true, true]);
    expect(await fleet.living()).toHaveLength(1);
    await fleet.world.clock.advance(8 * minute);
    expect(ids).toEqual(expect.arrayContaining([...(await fleet.living())]));
    await fleet.runFor(8);
    expect(await fleet.living()).toEqual([]);
  });

  it("9, prefixes where equality was meant: acme-eu's machine isn't acme's, nor the other way round", () => {
    const of = (name: string) => ({ name, profileArns: [profile], groupIds: [group], templates: new Set<string>() });
    const theirs = machine({ tags: { "fleetkeeper:fleet": "acme-eu" }, keyName: nameAt(0, "runner-a-acme-eu-%s") });
    expect(foreignness(theirs, of("acme"))).toEqual({ code: "other-fleet", fleet: "acme-eu" });
    expect(foreignness(machine(), of("acme-eu"))).toEqual({ code: "other-fleet", fleet: "acme" });
    const longer = machine({ tags: {}, profileArn: `${profile}-2` });
    expect(foreignness(longer, of("acme"))).toEqual({ code: "other-profile", profile: `${profile}-2` });
  });

  it("11, marks without a time, so that runs in a row were its phases: ten at once delete nothing", async () => {
    const ids = await lose(1);
    for (let run = 0; run < 10; run += 1) expect((await fleet.run()).sweep.deletions).toEqual([]);
    expect(await fleet.living()).toEqual(ids);
  });

  it("12, no maximum and no fuse; 19, an approval that leaked: only what was named goes, so many at a time", async () => {
    const ids = await lose(8);
    expect(await fleet.runFor(40)).toEqual([]);
    const [first = "", second = "", third = ""] = ids;
    await fleet.approve([first, second, third]);
    const policy = { ...fleet.policy, perRunMaximum: 2 };
    const paced = await fleet.run(policy);
    expect(paced.sweep.deletions).toHaveLength(2);
    const deleted = [...paced.sweep.deletions.map(({ subject }) => subject), ...(await fleet.runFor(24, policy))];
    expect(deleted.filter((subject) => subject.startsWith("instance/")).sort()).toEqual(
      instances([first, second, third]),
    );
    expect(await fleet.living()).toHaveLength(5);
  });

  it("13, the first page alone, and only what is tagged: nine untagged ones behind each other are found", async () => {
    const kept: string[] = [];
    for (let made = 0; made < 9; made += 1) kept.push(await fleet.createMachine(host, { tagged: false }));
    const [last = ""] = await lose(1, { tagged: false });
    expect(await fleet.runFor(40)).toContain(`instance/${last}`);
    expect([...(await fleet.living())].sort()).toEqual(kept.sort());
  });

  it("14, a manager that is gone and took the clean-up with it: its machines are collected without it", async () => {
    const id = await fleet.createMachine(host);
    await fleet.run();
    await fleet.terminateHost(host, true);
    expect(await fleet.runFor(88)).toContain(`instance/${id}`);
  });

  it("15, busy checked, then deleted: a job that came since the mark speaks for its machine, and the mark starts over", async () => {
    const [id = ""] = await lose(1);
    await fleet.runFor(16);
    fleet.containers.add(id);
    expect(await fleet.runFor(24)).toEqual([]);
    fleet.containers.delete(id);
    expect((await fleet.run()).sweep.deletions, "what was seen before the job no longer counts").toEqual([]);
    expect(await fleet.living()).toEqual([id]);
  });
});

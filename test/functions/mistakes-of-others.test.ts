import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { handler } from "../../functions/collect/handler.ts";
import { documentNames } from "../../infra/fleetkeeper-app.ts";
import { hostDocuments } from "../../infra/host-documents/documents.ts";
import { installationOf, type RoleName } from "../../infra/installation.ts";
import { rolePolicies } from "../../infra/policies/role-policies.ts";
import { settingsSchema } from "../../infra/settings.ts";
import type { Finding } from "../../shared/resources/machines/companions.ts";
import { emptyLedger } from "../../shared/resources/machines/ledger.ts";
import { readLedger } from "../../shared/resources/machines/ledger-object.ts";
import { managerAnswer } from "../../shared/resources/machines/list-machines.ts";
import { tag } from "../../shared/resources/machines/machine.ts";
import { defaultPolicy } from "../../shared/resources/machines/policy.ts";
import { summarize } from "../../shared/resources/machines/summary.ts";
import { planSweep } from "../../shared/resources/machines/sweep.ts";
import { isCondemned, type Verdict } from "../../shared/resources/machines/verdict.ts";
import { keysOf } from "../../shared/store/keys.ts";
import { sampleFile } from "../harness/fleet-world.ts";
import { everything } from "../infra/synthesis.ts";
import { CollectedWorld, minute } from "../resources/machines/collected-world.ts";
import { lambdaContext } from "./context.ts";
import { FunctionWorld } from "./function-world.ts";

/**
 * Mistakes that cost the users of other tools machines or jobs, where they could be made in collection. The numbers are
 * stable; those of the decisions themselves are in test/resources/machines/mistakes-of-others.test.ts, and 10 is beside the sections.
 */

test("mistake 1, a wrapper put around a handler and thrown away: what Lambda is given refuses and logs", async () => {
  const context = lambdaContext("collect", "1", () => 60_000);
  await expect(handler({ fleet: "acme", forse: true }, context)).rejects.toMatchObject({ code: "PayloadRefused" });
});

test("mistake 2, a handler that catches everything: where what is on record can't be read, the function fails, so that it is counted and retried", async () => {
  const world = await FunctionWorld.open();
  await world.push("acme", await sampleFile("acme"));
  await world.call("reconcile", { fleet: "acme", only: ["iam", "network"] });
  const effect = { type: "error", code: "AccessDenied", status: 403 } as const;
  world.sandbox.faults.add({ service: "s3", operation: "GetObject", effect });
  await expect(world.call("collect", { fleet: "acme" })).rejects.toThrow();
  expect(world.logged("Crashed").at(-1)).toMatchObject({ function: "collect" });
});

test("mistake 7, a condition on a misspelt tag, which never holds: policies name collection's own tags, each as it is written", () => {
  const policies = rolePolicies(installationOf(settingsSchema.parse(everything)), documentNames(hostDocuments()));
  const of = (role: RoleName) => JSON.stringify(policies[role]);
  const named = Object.keys(policies).flatMap((role) =>
    [...of(role as RoleName).matchAll(/(?:ResourceTag|RequestTag)\/(fleetkeeper:[\w-]+)/g)].map(([, key = ""]) => key),
  );
  expect(named.length).toBeGreaterThan(10);
  expect([...new Set(named)].filter((key) => !Object.values<string>(tag).includes(key))).toEqual([]);
  // Who terminates asks for the mark and against keep; who marks writes just that mark.
  expect(of("collectWorker")).toContain(`"aws:ResourceTag/${tag.orphan}":"false"`);
  expect(of("collectWorker")).toContain(`"aws:ResourceTag/${tag.keep}":"true"`);
  expect(of("reconcileWorker")).toContain(`"aws:TagKeys":["${tag.orphan}"]`);
});

test("mistake 8, the whole environment in the log: a sweep logs what it did, and nothing that it was given", async () => {
  const world = await FunctionWorld.open();
  await world.push("acme", await sampleFile("acme"));
  await world.call("reconcile", { fleet: "acme", only: ["iam", "network"] });
  await world.call("collect", {});
  const log = JSON.stringify(world.lines);
  expect(world.logged("SweepEnded")).toHaveLength(1);
  const { env } = world.process("collect");
  expect(Object.keys(env).filter((name) => log.includes(name))).toEqual([]);
});

test("mistake 16, another version's words taken for a difference: an upgrade condemns nothing", async () => {
  const fleet = await CollectedWorld.open();
  const host = await fleet.addHost();
  await fleet.createMachine(host);
  await fleet.runFor(24);
  // What an older or newer document answers is no answer, rather than an empty disk.
  expect(managerAnswer({ machines: [], processes: [], sections: [] }, "n-1")).toMatchObject({
    why: expect.stringContaining("isn't of this version"),
  });
  // What a newer version wrote is never read as "nothing on record".
  const store = await fleet.store();
  const { ledger: key } = keysOf("acme");
  const written = await store.get(key);
  if (written === undefined) throw new Error("nothing was written down");
  await store.put(key, written.body.replace('"version": 1', '"version": 99'));
  await expect(readLedger(store, "acme")).rejects.toMatchObject({ code: "NewerFormat" });
  await expect(fleet.run()).rejects.toMatchObject({ code: "NewerFormat" });
  expect(await fleet.living()).toHaveLength(1);
  await fleet.world.close();
});

test("mistake 17, the environment read deep inside decisions, and mocks of one's own modules in their tests", () => {
  const filesIn = (folder: string) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => [file, readFileSync(`${folder}/${file}`, "utf8")] as const);
  const reading = filesIn("shared").filter(([, text]) => /process\.env|\benv\[/.test(text));
  expect(reading.map(([file]) => file)).toEqual([]);
  const mocking = filesIn("test/resources/machines").filter(([, text]) => /\bvi\.(?:mock|spyOn|fn)\b/.test(text));
  expect(mocking.map(([file]) => file)).toEqual([]);
});

const verdicts: readonly Verdict[] = [
  { verdict: "gone", reasons: [{ code: "terminated" }] },
  { verdict: "protected", reasons: [{ code: "keep-tag" }] },
  { verdict: "foreign", reasons: [{ code: "nothing-of-ours" }] },
  { verdict: "young", reasons: [{ code: "pending" }] },
  { verdict: "unknown", reasons: [{ code: "no-manager-on-record" }] },
  { verdict: "known", reasons: [{ code: "in-flight", manager: "i-0host" }] },
  { verdict: "busy", reasons: [{ code: "job-trace" }] },
  { verdict: "stranded", reasons: [{ code: "directory-broken", manager: "i-0host" }] },
  { verdict: "suspect", reasons: [{ code: "on-no-disk", managersRead: 1 }] },
];

test("mistake 18, spared in the report and deleted all the same: a sweep deletes only what the report calls lost", () => {
  const born = Date.UTC(2026, 10, 24);
  const now = born + 600 * minute;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...verdicts), { maxLength: 12 }), fc.boolean(), (all, collects) => {
      const findings: readonly Finding[] = all.map((verdict, index) => ({
        subject: `instance/i-${index}`,
        born,
        verdict,
      }));
      const mark = { born, verdict: "suspect", since: born, sightings: 9, last: now - 5 * minute } as const;
      // However it was marked and approved before.
      const marks = Object.fromEntries(findings.map(({ subject }) => [subject, mark]));
      const approvals = Object.fromEntries(findings.map(({ subject }) => [subject, { born, at: born, by: "ada" }]));
      const ledger = { ...emptyLedger("acme"), marks, approvals };
      const look = { at: now, findings, complete: new Set<string>() };
      const policy = { ...defaultPolicy, mode: collects ? ("collect" as const) : ("report" as const) };
      const sweep = planSweep({ ledger, policy, look, objections: {}, tagged: () => true, now });
      const lost = summarize(look, ledger).rows.filter(
        ({ verdict }) => verdict === "suspect" || verdict === "stranded",
      );
      const deleted = sweep.deletions.map(({ subject }) => subject).sort();
      expect(deleted.every((subject) => lost.some((row) => row.subject === subject))).toBe(true);
      if (!collects) expect(deleted).toEqual([]);
      else expect(deleted).toHaveLength(Math.min(findings.filter(({ verdict }) => isCondemned(verdict)).length, 10));
    }),
  );
});

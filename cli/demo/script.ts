import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { parseFleet } from "../../shared/desired/fleet.ts";
import { secretPath } from "../../shared/desired/names.ts";
import { secretNames } from "../../shared/desired/secret-names.ts";
import { preview } from "../../shared/engine/preview.ts";
import type { RunRecord } from "../../shared/engine/record.ts";
import { run } from "../../shared/engine/run.ts";
import { planText } from "../../shared/report/plan-text.ts";
import { recordLine, recordText } from "../../shared/report/record-text.ts";
import { plainStyle, type Style } from "../../shared/report/style.ts";
import { pushRevision } from "../../shared/store/desired-revisions.ts";
import type { Io } from "../io.ts";
import { progressLines } from "../progress.ts";
import { changingWrites, openStage, type Stage } from "./stage.ts";

const sample = new URL("../../desired-state/acme.fleet.yaml", import.meta.url);

/** Where the demo tells what it does: a step with its proof, or a block of text to look at. */
export interface Narrator {
  step(title: string, holds: () => Promise<string>): Promise<void>;
  show(text: string): void;
}

export interface Summary {
  readonly calls: number;
  readonly writes: number;
}

/** The main job on the embedded AWS, each step checked by what can be observed from outside. Throws where one doesn't hold. */
export async function playDemo(io: Io, tell: Narrator, style: Style): Promise<Summary> {
  const body = await readFile(sample, "utf8");
  const parsed = parseFleet(body, "desired-state/acme.fleet.yaml");
  if (!parsed.ok) throw new Error("the sample file is not valid");
  const { metadata, spec } = parsed.fleet;
  const stage = await openStage(io, spec.region, progressLines(io.stdout, style));
  const fleet = metadata.name;
  const reconcile = () => oneRun(stage, fleet);

  await tell.step("push desired-state/acme.fleet.yaml", async () => {
    await pushRevision(stage.reconciler.store, { fleet, body, commit: "demo", sequence: 1, at: io.now() });
    return "revision 1 is in force for the next run";
  });

  await tell.step("put the secrets that the file names into Parameter Store", async () => {
    const names = secretNames(parsed.fleet);
    for (const name of names) await stage.person.makeSecret(secretPath(fleet, name), randomUUID());
    return `${names.length} SecureStrings, which the host alone will read`;
  });

  await tell.step("reconcile from nothing: GitLab takes minutes, so it takes several runs", async () => {
    let runs = 0;
    let created = 0;
    for (;;) {
      const record = await reconcile();
      runs += 1;
      created += record.actions.length;
      if (record.end === "Ready" || runs === mostRuns) {
        checkReady(record);
        return `Ready after ${runs} runs and ${created} actions, GitLab answers`;
      }
      await stage.pass(60_000);
    }
  });

  await tell.step("reconcile again: it must write nothing", async () => {
    const before = stage.aws.calls.count;
    const record = await reconcile();
    const calls = stage.aws.calls.all().filter(({ number }) => number > before);
    const changing = changingWrites(calls);
    checkReady(record);
    check(changing.length === 0, `it wrote: ${changing.map(({ operation }) => operation).join(", ")}`);
    return `${calls.length} calls, no write but the lease and the heartbeat`;
  });

  const drifts = stage.person.drifts(fleet, spec.cache?.bucket ?? "", spec.iam.machineRole.name);
  for (const drift of drifts) {
    await tell.step(`somebody ${drift.what}`, async () => {
      await drift.cause();
      check(!(await drift.healed().catch(() => false)), "it had no effect");
      return "done behind the reconciler's back";
    });
  }

  await tell.step("plan: all of it must show, and nothing else", async () => {
    const { engine } = stage.reconciler;
    const { plan } = await preview(engine, fleet, await engine.store.load(fleet));
    check(plan !== undefined, "there is no plan");
    const shown = new Set(plan.actions.map(({ target }) => `${target.kind}/${target.name}`));
    for (const { shows, what } of drifts) check(shown.has(shows), `the plan doesn't show that somebody ${what}`);
    tell.show(planText(plan, style));
    return `${plan.actions.length} actions on ${shown.size} resources`;
  });

  await tell.step("reconcile: everything is put back", async () => {
    const record = await reconcile();
    checkReady(record);
    for (const { what, healed } of drifts) check(await healed(), `somebody ${what}, and that still stands`);
    tell.show(`${recordLine(record, style)}\n`);
    return `${drifts.length} drifts healed, seen with the plain SDK`;
  });

  await stage.close();
  const calls = stage.aws.calls.all();
  return { calls: calls.length, writes: calls.filter(({ access }) => access === "write").length };
}

/** More than a host takes from nothing. */
const mostRuns = 20;

function oneRun({ reconciler }: Stage, fleet: string): Promise<RunRecord> {
  return run(reconciler.engine, fleet, { requestId: randomUUID(), trigger: "demo", force: false });
}

function checkReady(record: RunRecord): void {
  check(record.end === "Ready", recordText(record, plainStyle).trimEnd());
}

function check(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}

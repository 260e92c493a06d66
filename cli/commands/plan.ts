import { createHash } from "node:crypto";
import type { Fleet } from "../../shared/desired/fleet.ts";
import { problemsText } from "../../shared/desired/problem-text.ts";
import { Failure } from "../../shared/engine/failure.ts";
import { type Preview, preview } from "../../shared/engine/preview.ts";
import type { Revision } from "../../shared/engine/state-port.ts";
import { planHtml } from "../../shared/report/plan-html.ts";
import { planJson } from "../../shared/report/plan-json.ts";
import { planMarkdown } from "../../shared/report/plan-markdown.ts";
import { planText } from "../../shared/report/plan-text.ts";
import { parseFleetFile, readFleetFile } from "../fleet-file.ts";
import type { Io } from "../io.ts";
import { reconcilerOf } from "../open-reconciler.ts";
import type { CommonOptions } from "../options.ts";
import { silent } from "../progress.ts";
import { printRemotePlan } from "../remote.ts";
import { fleetOf } from "../state.ts";
import { styleOf } from "../style.ts";
import { invalid } from "./push.ts";

interface PlanOptions extends CommonOptions {
  readonly file?: string;
  readonly fleet?: string;
  readonly remote?: true;
}

/**
 * `plan (-f FILE or --fleet NAME)`: what a reconcile would do. It is handed readers and nothing that could write.
 * Exit 0 nothing to do, 2 changes, 3 something is unknown, 1 failed.
 */
export async function run(io: Io, _: readonly string[], options: PlanOptions): Promise<number> {
  const candidate = options.file === undefined ? undefined : await candidateOf(io, options.file);
  if (options.remote === true) return printRemotePlan(io, options, candidate);
  const reconciler = await reconcilerOf(io, options, candidate?.fleet.spec.region, silent);
  const name = candidate?.fleet.metadata.name ?? (await fleetOf(reconciler.store, options.fleet));
  const [state] = await Promise.all([reconciler.engine.store.load(name), reconciler.identify()]);
  const request = candidate === undefined ? {} : { candidate: candidate.revision };
  const looked = await preview(reconciler.engine, name, state, request);
  if (looked.plan === undefined) throw nothingToPlan(name, looked);
  if (candidate === undefined && looked.problems.length > 0) {
    io.stderr.write(
      `the newest revision is refused, this plans for the last good one:\n${looked.problems.join("\n")}\n`,
    );
  }
  io.stdout.write(render(io, looked.plan, looked, options));
  if (looked.plan.unknown.length > 0) return 3;
  return looked.plan.actions.length > 0 ? 2 : 0;
}

/** A file as if it were the newest revision; sequence 0 says that it was never pushed. */
async function candidateOf(io: Io, name: string): Promise<{ readonly fleet: Fleet; readonly revision: Revision }> {
  const { text } = await readFleetFile(name, io.cwd);
  const parsed = parseFleetFile({ name, text });
  const problems = parsed.ok ? parsed.warnings : parsed.problems;
  if (problems.length > 0) io.stderr.write(`${problemsText(problems)}\n`);
  if (!parsed.ok) throw invalid(name);
  const digest = createHash("sha256").update(text).digest("hex");
  return { fleet: parsed.fleet, revision: { sequence: 0, commit: "", digest, body: text, pushedAt: io.now() } };
}

function render(io: Io, plan: NonNullable<Preview["plan"]>, looked: Preview, options: PlanOptions): string {
  switch (options.output) {
    case "json":
      return `${JSON.stringify(planJson(plan, looked.conditions), null, 2)}\n`;
    case "markdown":
      return planMarkdown(plan);
    case "html":
      return planHtml(plan, io.now());
    case "text":
      return planText(plan, styleOf(io.stdout, io));
  }
}

function nothingToPlan(name: string, { accepted, problems }: Preview): Failure {
  return new Failure({
    code: accepted.reason,
    class: "terminal",
    message: [`${name} has no valid revision to plan for: ${accepted.message}`, ...problems].join("\n"),
    hint: "push a valid file, or plan one that isn't pushed: `fleetkeeper plan -f FILE`",
  });
}

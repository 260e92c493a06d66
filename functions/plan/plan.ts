import { Failure } from "../../shared/engine/failure.ts";
import { preview } from "../../shared/engine/preview.ts";
import type { Revision } from "../../shared/engine/state-port.ts";
import { openReconciler } from "../../shared/reconciler/reconciler.ts";
import { planJson } from "../../shared/report/plan-json.ts";
import { planMarkdown, planMarker } from "../../shared/report/plan-markdown.ts";
import { planText } from "../../shared/report/plan-text.ts";
import { plainStyle } from "../../shared/report/style.ts";
import { bodyDigest } from "../../shared/store/revision-object.ts";
import { required } from "../common/environment.ts";
import { fleetAws, functionAws } from "../common/fleet-aws.ts";
import type { Invocation } from "../common/invocation.ts";
import { namedFleet } from "../common/state.ts";
import type { PlanRequest } from "./request.ts";

/** A plan in every form that a pipeline may want, or why there is none. */
export interface PlanAnswer {
  readonly version: 1;
  readonly fleet: string;
  /** What is wrong with the file, each a line. */
  readonly problems: readonly string[];
  readonly accepted: { readonly reason: string; readonly message: string };
  /** Null where no valid file is there to plan for. */
  readonly plan: ReturnType<typeof planJson> | null;
  readonly markdown: string;
  readonly text: string;
}

/** The dry run of one fleet: it is handed readers, its role can't write, and its store refuses to. */
export async function plan(request: PlanRequest, { process, log }: Invocation): Promise<PlanAnswer> {
  const own = functionAws(process);
  const fleet = await namedFleet(own, process, request.fleet);
  const reconciler = await openReconciler({
    aws: await fleetAws(own, process, fleet),
    bucket: required(process, "FLEETKEEPER_BUCKET"),
    account: required(process, "FLEETKEEPER_ACCOUNT"),
    permissionsBoundary: required(process, "FLEETKEEPER_BOUNDARY"),
    beforeWrite: refuseWrite,
    clock: { now: process.now, sleep: process.sleep },
    clocks: { wall: process.now, monotonic: process.monotonic },
    random: process.random,
    newId: process.newId,
    holder: "lambda plan",
  });
  const [state] = await Promise.all([reconciler.engine.store.load(fleet), reconciler.identify()]);
  const { force, only, file } = request;
  const looked = await preview(reconciler.engine, fleet, state, {
    ...(file === undefined ? {} : { candidate: candidateOf(file, request.commit, process.now()) }),
    ...(force === undefined ? {} : { force }),
    ...(only === undefined ? {} : { only }),
  });
  const { plan: made, accepted, problems, conditions } = looked;
  log.write("Planned", {
    fleet,
    candidate: file !== undefined,
    actions: made?.actions.length,
    unknown: made?.unknown.length,
    accepted: accepted.reason,
  });
  return {
    version: 1,
    fleet,
    problems,
    accepted: { reason: accepted.reason, message: accepted.message },
    plan: made === undefined ? null : planJson(made, conditions),
    markdown: made === undefined ? problemList(fleet, problems) : planMarkdown(made),
    text: made === undefined ? `${problems.join("\n")}\n` : planText(made, plainStyle),
  };
}

/** Sequence 0 says that it was never pushed. */
function candidateOf(body: string, commit = "", pushedAt: number): Revision {
  return { sequence: 0, commit, digest: bodyDigest(body), body, pushedAt };
}

function problemList(fleet: string, problems: readonly string[]): string {
  return `${planMarker(fleet)}\n### Fleetkeeper plan for \`${fleet}\`\n\nThere is nothing valid to plan for:\n\n${problems.map((problem) => `- ${problem}`).join("\n")}\n`;
}

function refuseWrite(): never {
  throw new Failure({ code: "WriteRefused", class: "terminal", message: "a plan writes nothing" });
}

import { functionInvoker } from "../shared/aws/function-invoker.ts";
import type { Fleet } from "../shared/desired/fleet.ts";
import { Failure } from "../shared/engine/failure.ts";
import type { JsonObject } from "../shared/engine/json.ts";
import type { RunRecord } from "../shared/engine/record.ts";
import type { Revision } from "../shared/engine/state-port.ts";
import type { SweepReport } from "../shared/reconciler/sweep-fleet.ts";
import type { PlanJson } from "../shared/report/plan-json.ts";
import type { Io } from "./io.ts";
import type { CommonOptions } from "./options.ts";
import { awsConfig, personOf } from "./state.ts";

/** What the deployed functions are asked, and what they answer: docs/deploy.md shows the payloads. */

interface RemoteReconcile extends CommonOptions {
  readonly fleet?: string;
  readonly force?: true;
  readonly only?: readonly string[];
  readonly approve?: readonly string[];
}

interface RemotePlan extends CommonOptions {
  readonly fleet?: string;
}

interface PlanAnswer {
  readonly problems: readonly string[];
  readonly plan: PlanJson | null;
  readonly markdown: string;
  readonly text: string;
}

/** Invokes the reconcile function and waits for its record. @throws Failure where the function itself fails */
export async function reconcileRemotely(
  io: Io,
  options: RemoteReconcile,
  pushed: { readonly fleet: string; readonly region: string } | undefined,
): Promise<RunRecord> {
  if (options.approve !== undefined) {
    throw new Failure({
      code: "InvalidArgument",
      class: "terminal",
      message: "--approve can't be asked of the function: it may not do what needs approval",
      hint: "Assume the teardown role and run `fleetkeeper reconcile --approve` here: docs/permissions.md.",
    });
  }
  const fleet = pushed?.fleet ?? options.fleet;
  const { force, only } = options;
  const answer = await ask(io, options, "reconcile", pushed?.region, {
    ...(fleet === undefined ? {} : { fleet }),
    ...(force === true ? { force } : {}),
    ...(only === undefined ? {} : { only }),
    by: personOf(io),
  });
  if (isObject(answer) && "end" in answer && "conditions" in answer) return answer as RunRecord;
  throw strange("reconcile");
}

/** Invokes the collect function and waits for its report. @throws Failure where the function itself fails */
export async function sweepRemotely(
  io: Io,
  options: CommonOptions & { readonly fleet?: string },
): Promise<SweepReport> {
  const { fleet } = options;
  const answer = await ask(io, options, "collect", undefined, {
    ...(fleet === undefined ? {} : { fleet }),
    by: personOf(io),
  });
  if (isObject(answer) && "deletions" in answer && "held" in answer) return answer as SweepReport;
  throw strange("collect");
}

/** Invokes the plan function with a candidate, or for what is in force. Exit 0 nothing to do, 2 changes, 3 unknown, 1 no plan. */
export async function printRemotePlan(
  io: Io,
  options: RemotePlan,
  candidate: { readonly fleet: Fleet; readonly revision: Revision } | undefined,
): Promise<number> {
  if (options.output === "html") {
    throw new Failure({
      code: "InvalidArgument",
      class: "terminal",
      message: "the plan function answers as text, Markdown and JSON, and doesn't make pages",
      hint: "Leave out --remote, or ask for -o markdown.",
    });
  }
  const fleet = candidate?.fleet.metadata.name ?? options.fleet;
  const answer = await ask(io, options, "plan", candidate?.fleet.spec.region, {
    ...(fleet === undefined ? {} : { fleet }),
    ...(candidate === undefined ? {} : { file: candidate.revision.body }),
  });
  if (!isPlanAnswer(answer)) throw strange("plan");
  const { plan, markdown, text } = answer;
  if (options.output === "json") io.stdout.write(`${JSON.stringify(plan ?? { problems: answer.problems }, null, 2)}\n`);
  else io.stdout.write(options.output === "markdown" ? markdown : text);
  if (plan === null) return 1;
  if (plan.unknown.length > 0) return 3;
  return plan.actions.length > 0 ? 2 : 0;
}

function ask(
  io: Io,
  options: CommonOptions,
  name: "plan" | "reconcile" | "collect",
  region: string | undefined,
  payload: JsonObject,
): Promise<unknown> {
  const installation = io.env["FLEETKEEPER_INSTALLATION"] ?? "fleetkeeper";
  return functionInvoker(awsConfig(io, options, region)).ask(`${installation}-${name}`, payload);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isPlanAnswer(value: unknown): value is PlanAnswer {
  return isObject(value) && "plan" in value && "markdown" in value && "text" in value && "problems" in value;
}

function strange(name: string): Failure {
  return new Failure({
    code: "BadAnswer",
    class: "terminal",
    message: `the function ${name} answered something else than its documentation says`,
    hint: "Is it deployed in the same version as this program? `npm run deploy` brings it up to date.",
  });
}

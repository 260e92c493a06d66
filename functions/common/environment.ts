import { Failure } from "../../shared/engine/failure.ts";
import type { FunctionProcess } from "./function-process.ts";

/** Every variable that the functions read, with what it is. The CDK app sets them; Lambda sets those of AWS. */
export const variables = {
  AWS_REGION: "The region; set by Lambda.",
  FLEETKEEPER_BUCKET: "The state bucket.",
  FLEETKEEPER_ACCOUNT: "The account, 12 digits: a state bucket of another one is refused.",
  FLEETKEEPER_WORKER_ROLE: "ARN of the role that is assumed for one fleet.",
  FLEETKEEPER_ASK_ROLE: "ARN of the role that is assumed to ask one fleet's machines for their jobs.",
  FLEETKEEPER_BOUNDARY: "ARN of the permissions boundary of every role that is made.",
  FLEETKEEPER_RECONCILE_FUNCTION: "ARN of the reconcile function, which `dispatch` invokes.",
  FLEETKEEPER_COLLECT_FUNCTION: "ARN of the collect function, which `reconcile` invokes after it marked.",
  FLEETKEEPER_SCHEDULE_GROUP: "Name of the group of one-shot schedules that run a fleet again.",
  FLEETKEEPER_SCHEDULE_ROLE: "ARN of the role by which such a schedule invokes `dispatch`.",
  FLEETKEEPER_SCHEDULE_TARGET: "ARN of the function that such a schedule invokes.",
  FLEETKEEPER_SCHEDULE_QUEUE: "ARN of the queue for schedules that could not be delivered.",
  FLEETKEEPER_TICK_SECONDS: "Seconds between two scheduled looks: what is due later is left to them.",
} as const;

export type Variable = keyof typeof variables;

/** @throws Failure `EnvironmentMissing`, which names the variable and what it is */
export function required({ env }: FunctionProcess, name: Variable): string {
  const value = env[name];
  if (value !== undefined && value !== "") return value;
  throw new Failure({
    code: "EnvironmentMissing",
    class: "terminal",
    message: `the function's environment lacks ${name}: ${variables[name]}`,
    hint: "Deploy the stack again: `npm run deploy`.",
  });
}

import fc from "fast-check";
import type { FaultRule } from "../../../sandbox/faults.ts";
import type { HostFault } from "../../../sandbox/hosts/host-faults.ts";
import { hostMeddlings } from "./people.ts";
import { anyHostShape, type HostShape } from "./shape.ts";

/** One thing that happens. Plain data, so that a history that failed can be kept in a file. */
export type HostStep =
  | { readonly do: "push"; readonly file: HostShape }
  | { readonly do: "run"; readonly faults: readonly FaultRule[]; readonly onHost: readonly HostFault[] }
  | { readonly do: "crash"; readonly at: number; readonly when: "before" | "after" }
  | { readonly do: "two runs"; readonly apart: number; readonly napAfter: number; readonly nap: number }
  | { readonly do: "run on a stepping clock"; readonly at: number; readonly by: number }
  | { readonly do: "run while people meddle"; readonly what: readonly string[]; readonly after: number }
  | { readonly do: "approve" }
  | { readonly do: "meddle"; readonly what: string }
  | { readonly do: "wait"; readonly minutes: number };

export interface HostHistory {
  readonly seed: number;
  /** Most items in a page of any listing. */
  readonly pageSize: number;
  /** Milliseconds for which EC2 doesn't list what it has just made. */
  readonly listingLag: number;
  readonly steps: readonly HostStep[];
}

const effects: readonly FaultRule["effect"][] = [
  { type: "lost" },
  { type: "reset" },
  { type: "throttle" },
  { type: "error", code: "InternalError", status: 500 },
  { type: "error", code: "ServiceUnavailable", status: 503 },
  { type: "truncate" },
  { type: "latency", milliseconds: 90_000 },
];

const calls: readonly Pick<FaultRule, "service" | "operation" | "access">[] = [
  { service: "ssm", operation: "SendCommand" },
  { service: "ssm", operation: "GetCommandInvocation" },
  { service: "ssm", operation: "DescribeInstanceInformation" },
  { service: "ssm" },
  { service: "ec2", access: "write" },
  { service: "ec2", access: "read" },
  { service: "route53" },
  { service: "autoscaling" },
  { service: "s3", access: "write" },
  { access: "write" },
  {},
];

const fault: fc.Arbitrary<FaultRule> = fc
  .record({
    call: fc.constantFrom(...calls),
    after: fc.integer({ min: 0, max: 12 }),
    times: fc.constantFrom(1, 3, 9),
    effect: fc.constantFrom(...effects),
  })
  .map(({ call, ...rest }) => ({ ...call, ...rest }));

const documents = [
  ...["facts", "read-runner", "write-files", "compose", "drain-runner", "write-runner", "register-runner"],
  ...["quiesce-runner", "update-runner", "unregister-runner", "prepare-volume", "install-docker", "restart-runner"],
];

const hostFault: fc.Arbitrary<HostFault> = fc
  .record({
    document: fc.option(fc.constantFrom(...documents), { nil: undefined }),
    after: fc.integer({ min: 0, max: 3 }),
    effect: fc.oneof(
      fc.record({ type: fc.constant("kill" as const), atCommand: fc.integer({ min: 1, max: 200 }) }),
      fc.record({
        type: fc.constant("kill-python" as const),
        at: fc.constant("effect" as const),
        count: fc.integer({ min: 1, max: 20 }),
      }),
      fc.record({ type: fc.constant("lost" as const), when: fc.constantFrom("before" as const, "after" as const) }),
      fc.constant({ type: "output-lost" as const }),
      fc.record({ type: fc.constant("output-cut" as const), characters: fc.constantFrom(0, 20, 500) }),
    ),
  })
  .map(({ document, ...rest }) => (document === undefined ? rest : { document, ...rest }));

const meddling = fc.constantFrom(...Object.keys(hostMeddlings));

const step: fc.Arbitrary<HostStep> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("push" as const), file: anyHostShape }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("run" as const),
      faults: fc.array(fault, { maxLength: 3 }),
      onHost: fc.array(hostFault, { maxLength: 2 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("crash" as const),
      at: fc.integer({ min: 1, max: 160 }),
      when: fc.constantFrom("before" as const, "after" as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("two runs" as const),
      apart: fc.integer({ min: 0, max: 8_000 }),
      napAfter: fc.integer({ min: 1, max: 120 }),
      nap: fc.constantFrom(0, 60_000, 25 * 60_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("run on a stepping clock" as const),
      at: fc.integer({ min: 1, max: 60 }),
      by: fc.constantFrom(-86_400_000, -120_000, 120_000, 86_400_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("run while people meddle" as const),
      what: fc.array(meddling, { minLength: 1, maxLength: 2 }),
      after: fc.integer({ min: 0, max: 4_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "approve" as const }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("meddle" as const), what: meddling }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("wait" as const), minutes: fc.constantFrom(1, 5, 61) }) },
);

export const anyHostHistory: fc.Arbitrary<HostHistory> = fc.record({
  seed: fc.integer({ min: 1, max: 2 ** 30 }),
  pageSize: fc.constantFrom(2, 5, 1000),
  listingLag: fc.constantFrom(0, 0, 1_500),
  steps: fc.array(step, { minLength: 2, maxLength: 6 }),
});

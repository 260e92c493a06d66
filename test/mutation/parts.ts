/** Some pure modules, and the fast tests that have to notice whatever is changed in them. */
export interface Part {
  readonly mutate: readonly string[];
  readonly tests: readonly string[];
}

const engine = (...names: readonly string[]) => names.map((name) => `shared/engine/${name}.ts`);
const machines = (...names: readonly string[]) => names.map((name) => `shared/resources/machines/${name}.ts`);
const engineTests = (...names: readonly string[]) => names.map((name) => `test/engine/${name}.test.ts`);
const machineTests = (...names: readonly string[]) => names.map((name) => `test/resources/machines/${name}.test.ts`);

const of = (kind: string, ...names: readonly string[]) => names.map((name) => `shared/resources/${kind}/${name}.ts`);
const kindTests = (...names: readonly string[]) => names.map((name) => `test/resources/${name}.test.ts`);

/** Whatever decides what happens to a fleet, cut so that a part takes minutes. */
export const parts: Readonly<Record<string, Part>> = {
  gate: {
    mutate: engine("gate", "dependency", "heal", "suspension"),
    tests: engineTests(
      "gate",
      "gate-sentences",
      "heal",
      "holding-still",
      "endless",
      "approvals",
      "failures",
      "operations",
    ),
  },
  waves: {
    mutate: engine("wave", "order"),
    tests: engineTests("order", "wave", "failures", "endless", "operations", "run", "observe"),
  },
  diff: {
    mutate: engine("diff", "action", "observe", "observation"),
    tests: engineTests("action", "diff", "looking", "observe", "run", "failures", "holding-still"),
  },
  conditions: {
    mutate: engine("conditions", "condition", "fleet-status", "next-status"),
    tests: engineTests(
      "conditions",
      "fleet-status",
      "next-status",
      "record",
      "holding-still",
      "run",
      "failures",
      "revision",
    ),
  },
  timing: {
    mutate: engine("backoff", "requeue", "deadline", "memory"),
    tests: engineTests("backoff", "memory", "requeue", "gate", "heal", "failures", "endless"),
  },
  classify: {
    mutate: machines("classify", "rules", "ownership", "witnesses", "machine-name", "span"),
    tests: machineTests("classify", "classify-boundaries", "classify-directories", "classify-groups", "never-evidence"),
  },
  sweep: {
    mutate: machines("sweep", "sweep-record", "fuse", "mark"),
    tests: machineTests("sweep", "fuse", "mark-boundaries", "marks.property"),
  },
  // What proves that a manager has ended, and what of its answers counts.
  managers: {
    mutate: machines("manager-record", "gather-order", "disk"),
    tests: machineTests(
      "manager-record",
      "manager-proof",
      "gather-order",
      "classify",
      "classify-boundaries",
      "classify-directories",
    ),
  },
  left: {
    mutate: machines("left"),
    tests: machineTests("left"),
  },
  companions: {
    mutate: machines("companions", "companion"),
    tests: machineTests("companions", "companions-boundaries", "companions-timing"),
  },
  // What each kind takes for a difference.
  iam: {
    mutate: [...of("iam", "profile", "role"), ...of("common", "field-change", "ownership", "policy-diff", "tags")],
    tests: kindTests("iam/diff", "common/changes"),
  },
  network: {
    mutate: of("network", "group", "rule", "rules"),
    tests: kindTests("network/diff"),
  },
  "cache-bucket": {
    mutate: of("cache-bucket", "bucket", "lifecycle", "tls-policy"),
    tests: kindTests("cache-bucket/diff", "cache-bucket/lifecycle"),
  },
  host: {
    mutate: of("host", "address", "instance", "record", "volume", "volume-settings"),
    tests: kindTests("host/diff", "host/diff-parts", "host/diff-words"),
  },
  "volume-swap": {
    mutate: of("host", "volume-swap"),
    tests: kindTests("host/volume-swap", "host/volume-swap-steps"),
  },
  pool: {
    mutate: of("pool", "group", "template"),
    tests: kindTests("pool/template-diff", "pool/group-diff"),
  },
  stack: {
    mutate: of("stack", "diff"),
    tests: kindTests("stack/diff"),
  },
  gitlab: {
    mutate: of("gitlab", "diff", "retention", "upgrade-phase"),
    tests: kindTests("gitlab/diff", "gitlab/retention"),
  },
  "upgrade-path": {
    mutate: of("gitlab", "upgrade-path"),
    tests: kindTests("gitlab/upgrade-path", "gitlab/upgrade-path-table"),
  },
  runner: {
    mutate: of("runner", "canonical", "compare", "diff", "effect", "same-value"),
    tests: kindTests("runner/compare", "runner/config", "runner/diff", "runner/same-value"),
  },
};

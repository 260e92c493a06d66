/** What is the matter with one manager's answer. Each makes everything that depends on it unknown. */
export type ManagerProblem =
  | {
      readonly code: "manager-silent";
      readonly manager: string;
      readonly witness: ManagerWitness;
      readonly why: string;
    }
  | { readonly code: "manager-not-asked"; readonly manager: string }
  | { readonly code: "manager-end-unproven"; readonly manager: string; readonly missing: string }
  | { readonly code: "disk-untrusted"; readonly manager: string; readonly what: DiskProblem };

export type ManagerWitness = "disk" | "sections" | "processes";

/** Why a disk reading that did arrive proves nothing. */
export type DiskProblem =
  | "nonce-differs"
  | "instance-differs"
  | "path-differs"
  | "mount-differs"
  | "sentinel-missing"
  | "sentinel-of-other-volume"
  | "sentinel-of-older-generation"
  | "end-mark-missing"
  | "count-differs"
  | "hash-differs";

/** What is the matter with the evidence as a whole. */
export type EvidenceProblem =
  | { readonly code: "listing-incomplete"; readonly why: string }
  | { readonly code: "hosts-unknown"; readonly why: string }
  | { readonly code: "data-volumes-unknown"; readonly why: string }
  | { readonly code: "data-volume-unread"; readonly volume: string }
  | { readonly code: "no-manager-on-record" }
  | { readonly code: "evidence-stale"; readonly age: number }
  | { readonly code: "evidence-from-the-future"; readonly by: number }
  | { readonly code: "out-of-order"; readonly first: string; readonly second: string };

export type Unknown =
  | EvidenceProblem
  | ManagerProblem
  | { readonly code: "names-unrecorded-manager"; readonly manager: string }
  | { readonly code: "sections-unknown"; readonly manager: string; readonly why: string }
  | { readonly code: "jobs-unknown"; readonly witness: "worker" | "traces" | "both"; readonly why: string }
  | { readonly code: "not-looked-at-closely"; readonly why: string };

export type Gone = { readonly code: "shutting-down" } | { readonly code: "terminated" } | { readonly code: "deleted" };

export type Protected =
  | { readonly code: "keep-tag" }
  | { readonly code: "declared-host" }
  | { readonly code: "manager" }
  | { readonly code: "other-kind"; readonly kind: string }
  | { readonly code: "scaling-group"; readonly group: string; readonly live: boolean | "unknown" }
  | { readonly code: "termination-protection" }
  | { readonly code: "aws-managed" }
  | { readonly code: "host-volume"; readonly manager: string };

export type Foreign =
  | { readonly code: "other-fleet"; readonly fleet: string }
  | { readonly code: "other-profile"; readonly profile: string }
  | { readonly code: "other-key-pair"; readonly keyName: string }
  | { readonly code: "not-a-machine" }
  | { readonly code: "nothing-of-ours" };

export type Young =
  | { readonly code: "pending" }
  | { readonly code: "launched-recently"; readonly age: number }
  | { readonly code: "named-recently"; readonly age: number };

export type Known =
  | { readonly code: "on-disk"; readonly manager: string; readonly section: string }
  | { readonly code: "in-flight"; readonly manager: string }
  | { readonly code: "in-use"; readonly by: string };

export type Busy = { readonly code: "job-container"; readonly containers: number } | { readonly code: "job-trace" };

export type Stranded =
  | { readonly code: "section-not-loaded"; readonly manager: string; readonly template: string }
  /** Its directory has no config.json, so that its manager can't even look at it. */
  | { readonly code: "directory-broken"; readonly manager: string };

export type Suspect =
  | { readonly code: "on-no-disk"; readonly managersRead: number }
  | { readonly code: "manager-ended"; readonly manager: string }
  | { readonly code: "group-abandoned"; readonly group: string }
  | { readonly code: "no-instance" }
  | { readonly code: "request-open" }
  | { readonly code: "unattached" }
  | { readonly code: "manager-row-stale" };

export type NonEmpty<T> = readonly [T, ...T[]];

export function isNonEmpty<T>(items: readonly T[]): items is NonEmpty<T> {
  return items.length > 0;
}

/** Exactly one of nine answers to "what about this machine?", with every reason for it as data. */
export type Verdict =
  | { readonly verdict: "gone"; readonly reasons: NonEmpty<Gone> }
  | { readonly verdict: "protected"; readonly reasons: NonEmpty<Protected> }
  | { readonly verdict: "foreign"; readonly reasons: NonEmpty<Foreign> }
  | { readonly verdict: "young"; readonly reasons: NonEmpty<Young> }
  | { readonly verdict: "unknown"; readonly reasons: NonEmpty<Unknown> }
  | { readonly verdict: "known"; readonly reasons: NonEmpty<Known> }
  | { readonly verdict: "busy"; readonly reasons: NonEmpty<Busy> }
  | { readonly verdict: "stranded"; readonly reasons: NonEmpty<Stranded> }
  | { readonly verdict: "suspect"; readonly reasons: NonEmpty<Suspect> };

export type VerdictName = Verdict["verdict"];

export type Reason = Verdict["reasons"][number];

/** Whether this verdict leads to a mark: the two that mean "its manager no longer has it". */
export function isCondemned(verdict: Verdict): boolean {
  return verdict.verdict === "suspect" || verdict.verdict === "stranded";
}

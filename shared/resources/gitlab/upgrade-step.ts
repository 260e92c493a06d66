import type { GitLabEdition } from "../../desired/gitlab-version.ts";

/** One thing to be done, each after a backup, and each whole before the next. Plain data. */
export type UpgradeStep =
  | {
      readonly kind: "version";
      readonly from: string;
      readonly to: string;
      readonly edition: GitLabEdition;
      /** `required` and `conditional` by GitLab's path; `fromFile` by `host.gitlab.upgradePath`; `destination`: as wanted. */
      readonly why: "required" | "conditional" | "fromFile" | "destination";
      /** For whom a conditional stop is required. */
      readonly condition?: string;
    }
  /** Community to Enterprise at one version, as GitLab asks for. */
  | { readonly kind: "edition"; readonly at: string; readonly from: "ce"; readonly to: "ee" }
  /** PostgreSQL, while GitLab stays as it is. `from` null: what runs could not be told. */
  | {
      readonly kind: "postgresql";
      readonly at: string;
      readonly from: number | null;
      readonly to: number;
      readonly before: string;
    };

/** `gitlab/gitlab-ee:19.5.3-ee.0`, as GitLab names its images. */
export function gitLabImage(edition: GitLabEdition, version: string): string {
  return `gitlab/gitlab-${edition}:${version}-${edition}.0`;
}

export function upgradeStepText(step: UpgradeStep): string {
  switch (step.kind) {
    case "version":
      return `GitLab ${step.from} to ${step.to}`;
    case "edition":
      return `GitLab ${step.at} from Community to Enterprise Edition`;
    case "postgresql":
      return `PostgreSQL ${step.from ?? "(unknown)"} to ${step.to}, with GitLab ${step.at}`;
  }
}

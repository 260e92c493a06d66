/** Why nothing is even begun. No approval helps: the file must change, or the host. */
export type UpgradeRefusal =
  | { readonly code: "Downgrade"; readonly running: string; readonly wanted: string }
  | { readonly code: "EditionLosesData"; readonly running: "ee"; readonly wanted: "ce" }
  | { readonly code: "RemovedSetting"; readonly setting: string; readonly since: string; readonly instead: string }
  /** Older than the oldest stop that is known. */
  | { readonly code: "TooOld"; readonly running: string; readonly oldest: string }
  /** Newer than the path that is known. */
  | { readonly code: "UnknownPath"; readonly wanted: string; readonly lastMajor: number; readonly missing: number }
  | { readonly code: "UnknownPatch"; readonly stop: string }
  | { readonly code: "NoBackups" }
  | { readonly code: "NotAVersion"; readonly text: string };

/** For a person: what is wrong and what to do. */
export function upgradeRefusalText(refusal: UpgradeRefusal): string {
  switch (refusal.code) {
    case "Downgrade":
      return `GitLab ${refusal.running} runs and can't go back to ${refusal.wanted}: restore a backup of that version instead`;
    case "EditionLosesData":
      return "going from Enterprise to Community Edition loses what only Enterprise has: keep edition ee, which needs no licence";
    case "RemovedSetting":
      return `GitLab ${refusal.since} removed the Omnibus setting ${refusal.setting}, and doesn't start with it. ${refusal.instead}`;
    case "TooOld":
      return `GitLab ${refusal.running} is older than ${refusal.oldest}, where the upgrade path that is known begins: bring it there by hand`;
    case "UnknownPath":
      return `the upgrade path is known up to GitLab ${refusal.lastMajor}: name the required stops of GitLab ${refusal.missing} up to ${refusal.wanted} in host.gitlab.upgradePath`;
    case "UnknownPatch":
      return `GitLab ${refusal.stop} is a required stop whose newest patch isn't known: name it with its patch in host.gitlab.upgradePath`;
    case "NoBackups":
      return "GitLab is never upgraded without a backup: add host.backups";
    case "NotAVersion":
      return `${refusal.text} isn't a GitLab version such as 19.5.3`;
  }
}

import { postgresqlGates, publishedPath } from "./published-path.ts";
import type { RunningGitLab, UpgradePath, WantedGitLab } from "./upgrade-path.ts";
import { upgradeRefusalText } from "./upgrade-refusal.ts";
import { type UpgradeStep, upgradeStepText } from "./upgrade-step.ts";

/** Minutes, from the stop to readiness, of a step on a small installation; big databases take longer. Our own estimate. */
const downtimeMinutes: Readonly<Record<UpgradeStep["kind"], readonly [number, number]>> = {
  version: [5, 15],
  edition: [5, 10],
  postgresql: [5, 20],
};

/** What a step waits for before anything stops, in the order in which it is looked at. */
export function upgradeWaits(step: UpgradeStep): readonly string[] {
  const at = step.kind === "version" ? step.from : step.at;
  const waits = [`a verified backup of GitLab ${at}`, "its background migrations finished"];
  if (step.kind === "postgresql") {
    return step.from === null ? ["the version of PostgreSQL known", ...waits] : waits;
  }
  return [...waits, "the image pulled"];
}

/** `[least, most]` minutes over all steps. */
export function expectedDowntime(steps: readonly UpgradeStep[]): readonly [number, number] {
  return steps.reduce<readonly [number, number]>(
    ([least, most], { kind }) => [least + downtimeMinutes[kind][0], most + downtimeMinutes[kind][1]],
    [0, 0],
  );
}

/** GitLab Runner's version beside a GitLab: the same major and minor one, as GitLab asks for. */
export function runnerBeside(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

/** The path as a person reads it before it is gone: stops, waits, PostgreSQL, the runner, downtime, sources. */
export function upgradePlanText(running: RunningGitLab, wanted: WantedGitLab, path: UpgradePath): string {
  if (path.state === "refused") {
    return `GitLab stays at ${running.version}. Nothing is stopped:\n${path.refusals.map((refusal) => `- ${upgradeRefusalText(refusal)}`).join("\n")}\n`;
  }
  const { steps } = path;
  if (steps.length === 0) return `GitLab ${running.version} is as wanted.\n`;
  const [least, most] = expectedDowntime(steps);
  const lines = steps.flatMap((step, index) => [
    `${index + 1}. ${upgradeStepText(step)}${reason(step)}`,
    `   waits for: ${upgradeWaits(step).join("; ")}`,
    ...note(step),
  ]);
  return [
    `GitLab ${running.version}-${running.edition} to ${wanted.version}-${wanted.edition}: ${steps.length} steps, each in the maintenance window.`,
    ...lines,
    `Runner: drained first, then ${runnerBeside(wanted.version)} beside it.`,
    ...runnerMeanwhile(running, wanted),
    `Expected downtime: ${least} to ${most} minutes in all, more with a big database; background migrations between the steps run while GitLab serves.`,
    `Path: GitLab's published one, read ${publishedPath.readAt}.`,
    "",
  ].join("\n");
}

/** GitLab guarantees that an older runner works across minor versions, not across major ones (docs.gitlab.com/runner). */
function runnerMeanwhile({ version }: RunningGitLab, wanted: WantedGitLab): readonly string[] {
  const [from = "", to = ""] = [version, wanted.version].map((one) => one.split(".")[0]);
  if (from === to) return [];
  return [
    `Until then it stays at its version, also beside a later major one, where jobs may fail: to take it along, go to the last stop of GitLab ${from} first, and on by one major version a time.`,
  ];
}

function reason(step: UpgradeStep): string {
  if (step.kind === "postgresql") return ` (GitLab ${step.before} needs it)`;
  if (step.kind === "edition") return "";
  switch (step.why) {
    case "required":
      return " (required stop)";
    case "conditional":
      return ` (stop for ${step.condition ?? "some"}; made for all)`;
    case "fromFile":
      return " (stop named by the file)";
    case "destination":
      return "";
  }
}

function note(step: UpgradeStep): readonly string[] {
  if (step.kind !== "postgresql") return [];
  const gate = postgresqlGates.find(({ before }) => before === step.before);
  return gate === undefined
    ? []
    : [`   the image of GitLab ${gate.last} does it by itself where nobody opted out; looked at first`];
}

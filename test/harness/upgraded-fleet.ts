import type { RunRecord } from "../../shared/engine/record.ts";

/** The sample file for a GitLab of that version, upgraded at any hour. */
export function atVersion(version: string): (body: string) => string {
  return (body) => withoutWindows(body).replace(/(\n\s+version: )19\.\d+\.\d+/, `$1${version}`);
}

export function withoutWindows(body: string): string {
  return body.replace(/\n {2}maintenance:[\s\S]*?(?=\n {2}notifications:)/, "\n");
}

/** The sample file without what runs beside GitLab: a long way is a matter of GitLab alone. */
export function onlyGitLab(body: string): string {
  return body
    .replace(/\n {2}runners:[\s\S]*?(?=\n {2}garbageCollection:)/, "\n")
    .replace("prometheus: { enabled: true", "prometheus: { enabled: false")
    .replace("grafana:\n        enabled: true", "grafana:\n        enabled: false");
}

/** Steps of an upgrade in order: `version 17.1.8 17.3.7`, `postgresql 14 16`. */
export function versionSteps(records: readonly RunRecord[]): readonly string[] {
  return records.flatMap(({ actions }) =>
    actions
      .filter(
        ({ target, outcome }) => target.kind === "gitlab" && target.name === "version" && outcome.state !== "failed",
      )
      .flatMap(({ changes }) => changes)
      .filter(
        ({ path, to }) =>
          (path === "version" || path === "postgresql" || path === "edition") && !String(to).includes("-"),
      )
      .map(({ path, from, to }) => `${path} ${String(from)} ${String(to)}`),
  );
}

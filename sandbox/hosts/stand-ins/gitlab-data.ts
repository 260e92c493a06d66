import { createHash } from "node:crypto";
import type { ContainerRecord, HostsState } from "../host-state.ts";
import type { StandInContext } from "../stand-in.ts";
import { onHost } from "./container-paths.ts";

/** What a GitLab has in its data directory, as far as upgrades, backups and restores touch it. Times in epoch milliseconds. */
export interface GitLabData {
  /** That the database's schema is of. */
  version: string;
  edition: string;
  /** Major version of the bundled PostgreSQL. */
  postgresql: number;
  /** Batched background migrations of the last upgrade. */
  migrations: { readonly name: string; readonly endsAt: number; failed: boolean }[];
  projects: number;
  users: number;
  /** Digest of the key in the secrets file when the data was encrypted. */
  secrets: string;
  /** The start that this data has followed. */
  startedAt: number;
}

const path = "/var/opt/gitlab/.sandbox-gitlab.json";
const secretsPath = "/etc/gitlab/gitlab-secrets.json";

export function gitLabData(container: ContainerRecord, { files }: StandInContext): GitLabData | undefined {
  const place = onHost(container, path);
  const text = place === undefined ? undefined : files.text(place);
  return text === undefined ? undefined : (JSON.parse(text) as GitLabData);
}

export function putGitLabData(container: ContainerRecord, context: StandInContext, data: GitLabData): void {
  const place = onHost(container, path);
  if (place !== undefined) context.files.write(place, JSON.stringify(data));
}

/** `[edition, version]` of a container's image. */
export function gitLabOf({ image }: ContainerRecord): readonly [edition: string, version: string] {
  const [, edition = "ee", version = "19.5.3"] = /gitlab-(ee|ce):([0-9.]+)-/.exec(image) ?? [];
  return [edition, version];
}

/** Required stops (docs.gitlab.com/update/upgrade_paths): data from before one isn't taken by anything after it. */
const stops = "16.3 16.7 16.11 17.3 17.5 17.8 17.11 18.2 18.5 18.8 18.11 19.2 19.5 19.8 19.11".split(" ");
/** The oldest PostgreSQL that a major version takes, and the one that a new installation gets (docs.gitlab.com/install/requirements). */
const oldestPostgresql: Readonly<Record<string, number>> = { 16: 13, 17: 14, 18: 16, 19: 17 };
/** Top-level settings that a version doesn't know any more, and since when. */
const removed: Readonly<Record<string, string>> = {
  omnibus_gitconfig: "17.0",
  grafana: "17.1",
  git_data_dirs: "18.0",
  mattermost: "19.0",
  mattermost_external_url: "19.0",
  spamcheck: "19.0",
};

/** Once a start: whether this image takes the data as it is. It fails as GitLab does, by ending; else the data is its own. */
export function gitLabStarts(container: ContainerRecord, context: StandInContext): void {
  if (container.status !== "running") return;
  const data = gitLabData(container, context);
  if (data?.startedAt === container.startedAt) return;
  const problem = bootProblem(container, context, data);
  if (problem !== undefined) {
    container.log.push(problem);
    container.status = "exited";
    container.exitCode = 1;
    container.restarts += 1;
    return;
  }
  const [edition, version] = gitLabOf(container);
  const next = data ?? newData(container, context);
  if (!isAtLeast(version, "19.0")) writeMattermost(container, context);
  if (data !== undefined && data.version !== version) {
    const endsAt = container.startedAt + context.hosts.timing.gitlabBoot + context.hosts.timing.gitlabMigrations;
    next.migrations = [{ name: `BackfillFor${version.replaceAll(".", "_")}`, endsAt, failed: false }];
  }
  Object.assign(next, { version, edition, startedAt: container.startedAt });
  next.postgresql = upgradedPostgresql(next.postgresql, version, context.hosts);
  putGitLabData(container, context, next);
}

function newData(container: ContainerRecord, context: StandInContext): GitLabData {
  const [edition, version] = gitLabOf(container);
  const secrets = onHost(container, secretsPath);
  const made = context.random.base32(32);
  if (secrets !== undefined && context.files.text(secrets) === undefined) {
    context.files.write(secrets, JSON.stringify({ gitlab_rails: { db_key_base: made } }));
  }
  return {
    version,
    edition,
    postgresql: isAtLeast(version, "18.11") ? 17 : isAtLeast(version, "17.11") ? 16 : 14,
    migrations: [],
    projects: 0,
    users: 1,
    secrets: secretsOf(container, context),
    startedAt: 0,
  };
}

/** What tells GitLab's key for its data from another: its digest; empty where the secrets file can't be read. */
export function secretsOf(container: ContainerRecord, context: StandInContext): string {
  const { gitlab_rails: rails } = secretsFile(container, context);
  const key = typeof rails === "object" && rails !== null ? Reflect.get(rails, "db_key_base") : undefined;
  return typeof key === "string" ? createHash("sha256").update(key).digest("hex") : "";
}

function secretsFile(container: ContainerRecord, { files }: StandInContext): Readonly<Record<string, unknown>> {
  const place = onHost(container, secretsPath);
  const text = place === undefined ? undefined : files.text(place);
  try {
    return JSON.parse(text ?? "{}") as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

function putSecrets(
  container: ContainerRecord,
  { files }: StandInContext,
  secrets: Readonly<Record<string, unknown>>,
): void {
  const place = onHost(container, secretsPath);
  if (place !== undefined) files.write(place, JSON.stringify(secrets));
}

/** Every start before 19.0 does, used or not; 19.0 and later then don't start (omnibus-gitlab work item 10001). */
function writeMattermost(container: ContainerRecord, context: StandInContext): void {
  const secrets = secretsFile(container, context);
  if (secrets["mattermost"] !== undefined || secrets["gitlab_rails"] === undefined) return;
  putSecrets(container, context, { ...secrets, mattermost: { email_invite_salt: context.random.base32(16) } });
}

/** As our document does it with the image's own Ruby. */
export function forgetServices(container: ContainerRecord, context: StandInContext, script: string): void {
  const names: readonly string[] = /\[((?:"[a-z]+"(?:, )?)+)\]\.select/.exec(script)?.[1]?.match(/[a-z]+/g) ?? [];
  const kept = Object.entries(secretsFile(container, context)).filter(([name]) => !names.includes(name));
  putSecrets(container, context, Object.fromEntries(kept));
}

function bootProblem(
  container: ContainerRecord,
  context: StandInContext,
  data: GitLabData | undefined,
): string | undefined {
  const [, version] = gitLabOf(container);
  const removals = removedSettings(omnibusOf(container, context), version);
  if (removals[0] !== undefined) {
    return `Mixlib::Config::UnknownConfigOptionError: Reading unsupported config value ${removals[0].name}.`;
  }
  if (isAtLeast(version, "19.0") && secretsFile(container, context)["mattermost"] !== undefined) {
    return "mattermost has been deprecated since 19.0 and was removed in 19.0. Removed configurations found in gitlab.rb. Aborting reconfigure.";
  }
  if (data === undefined || data.version === version) return undefined;
  if (isAtLeast(data.version, version)) return `PG::UndefinedColumn: the database is of ${data.version}`;
  const jumped = stops.find(
    (stop) => !isAtLeast(data.version, stop) && isAtLeast(version, stop) && minor(version) !== stop,
  );
  if (jumped !== undefined) {
    return `It seems you are upgrading from ${data.version} to ${version}. It is required to upgrade to the latest ${jumped}.x version first before proceeding.`;
  }
  const oldest = oldestPostgresql[version.split(".")[0] ?? ""] ?? 17;
  if (data.postgresql < oldest) return `PostgreSQL ${data.postgresql} is too old: GitLab ${version} needs ${oldest}`;
  const unfinished = data.migrations.find((one) => one.failed || one.endsAt > container.startedAt);
  if (unfinished !== undefined) {
    return `Expected batched background migration for the given configuration to be marked as 'finished', but it is '${unfinished.failed ? "failed" : "active"}': ${unfinished.name}`;
  }
  return undefined;
}

/** The last minor version before a new minimum upgrades by itself, where nobody opted out. */
function upgradedPostgresql(running: number, version: string, hosts: HostsState): number {
  if (hosts.postgresqlOptOut) return running;
  if (minor(version) === "17.11") return Math.max(running, 16);
  return minor(version) === "18.11" ? Math.max(running, 17) : running;
}

export function removedSettings(omnibus: string, version: string): readonly { name: string; since: string }[] {
  return Object.entries(removed).flatMap(([name, since]) =>
    isAtLeast(version, since) && new RegExp(`^\\s*${name}\\b`, "m").test(omnibus) ? [{ name, since }] : [],
  );
}

/** GITLAB_OMNIBUS_CONFIG, and the file that it names, and gitlab.rb. */
export function omnibusOf(container: ContainerRecord, { files }: StandInContext): string {
  const inline = container.omnibus ?? "";
  const named = [/from_file\(['"]([^'"]+)['"]\)/.exec(inline)?.[1], "/etc/gitlab/gitlab.rb"];
  const texts = named.map((name) => {
    const place = name === undefined ? undefined : onHost(container, name);
    return place === undefined ? undefined : files.text(place);
  });
  return [inline, ...texts].filter((text) => text !== undefined).join("\n");
}

function minor(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

/** @param wanted may be without its patch */
export function isAtLeast(version: string, wanted: string): boolean {
  const [left, right] = [version.split(".").map(Number), wanted.split(".").map(Number)];
  for (const [index, part] of right.entries()) {
    const difference = (left[index] ?? 0) - part;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

import { ec2StateKey } from "../../../sandbox/services/ec2/service.ts";
import { parseToml } from "../../../shared/resources/runner/toml.ts";
import { accountLines } from "../../harness/account.ts";
import { stateBucket } from "../../harness/fleet-world.ts";
import { hostLines } from "../../harness/host-lines.ts";
import type { HostPerson } from "./host-person.ts";

const config = "/srv/fleetkeeper/runner/config.toml";

/** States that aren't of interest: what hosts are is read from their files, and what was asked of them has no end. */
const otherwise = /^(?:hosts|gitlab|sts|ssm)[/.]/;
/** What people added, what once was a host, and what only counts or tells times. */
const incidental =
  /\.modification\.|undeclared|\.clientToken = |strange|\.snapshots\.|versionNumber|latestVersion|VersionNumber|\.activities\./;
/** The runner's own files, which have tokens in them. */
const tokens = /file \.?\/?(?:srv\/fleetkeeper\/)?(?:runner\/|\.fleetkeeper-api-token)/;

/**
 * What is there in the end, as lines: in the account, on the host and its data volume, in config.toml without tokens, and in
 * GitLab. Without what people added and what tells only of the way.
 */
export async function endLines(person: HostPerson): Promise<readonly string[]> {
  const { sandbox } = person.world;
  const host = await person.host();
  const { VolumeId } = await person.dataVolume();
  return [
    ...withoutOthers(person, () => accountLines(sandbox, stateBucket)).filter(
      (line) => !otherwise.test(line) && !incidental.test(line),
    ),
    ...hostLines(host, VolumeId).filter((line) => !tokens.test(line) && !/undeclared|theirs|previous\//.test(line)),
    ...configLines(host.files.files.text(config) ?? ""),
    ...runnersOf(person).map(({ attributes, type }) => `runner ${type} ${JSON.stringify(attributes)}`),
  ];
}

function runnersOf({ world }: HostPerson) {
  const runners = world.hosts?.gitlab.state.runners ?? [];
  return [...runners].sort((a, b) => (String(a.attributes.description) < String(b.attributes.description) ? -1 : 1));
}

/** Instances that have ended stay listed for an hour, and a group that people made has a first rule of its own: of no interest. */
function withoutOthers<Result>({ world }: HostPerson, look: () => Result): Result {
  const { instances, securityGroups, securityGroupRules, tags } = world.sandbox.state(ec2StateKey());
  const ended = Object.keys(instances).filter((id) => instances[id]?.state === "terminated");
  const rules = Object.keys(securityGroupRules).filter((id) => {
    const { groupId = "" } = securityGroupRules[id] ?? {};
    return securityGroups[groupId]?.groupName === "strange";
  });
  const back = [hide(instances, ended), hide(tags, ended), hide(securityGroupRules, rules)];
  try {
    return look();
  } finally {
    for (const put of back) put();
  }
}

/** @returns puts them back */
function hide<Value>(all: Record<string, Value>, keys: readonly string[]): () => void {
  const hidden = keys.flatMap((key): [string, Value][] => {
    const value = all[key];
    return value === undefined ? [] : [[key, value]];
  });
  for (const [key] of hidden) delete all[key];
  return () => {
    for (const [key, value] of hidden) all[key] = value;
  };
}

/** As values, without what the runner itself writes and what people put beside ours. */
function configLines(text: string): readonly string[] {
  const { runners, log_level: _theirs, ...manager } = parseToml(text) as Record<string, unknown>;
  const sections = (runners ?? []) as readonly Record<string, unknown>[];
  const own = ["id", "token", "token_obtained_at", "token_expires_at"];
  return [
    `manager ${plain(manager)}`,
    ...sections
      .filter(({ name }) => name !== "undeclared")
      .map((section) => plain(Object.fromEntries(Object.entries(section).filter(([key]) => !own.includes(key)))))
      .sort(),
  ];
}

function plain(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => (typeof member === "bigint" ? Number(member) : member));
}

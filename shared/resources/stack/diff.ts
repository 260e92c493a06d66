import type { ActionDraft, Change, Target } from "../../engine/action.ts";
import type { OutputsByTarget } from "../../engine/kind.ts";
import { fieldChange } from "../common/field-change.ts";
import { fileDigest, hostServices, secretsIn } from "../common/host-request.ts";
import { type DiskDesired, type DockerDesired, type FilesDesired, kind, type ServiceDesired } from "./desired.ts";
import {
  type DiskState,
  type DockerState,
  type FilesState,
  fullest,
  type MountState,
  type OutdatedSecret,
  prunes,
  type ServiceState,
} from "./state.ts";

const host: readonly Target[] = [
  { kind: "host", name: "instance" },
  { kind: "host", name: "volume/data" },
];

function own(...names: readonly string[]): readonly Target[] {
  return names.map((name) => ({ kind, name }));
}

export function diffMount(
  target: Target,
  observed: MountState | undefined,
  outputs: OutputsByTarget,
): readonly ActionDraft[] {
  const volume = outputs.get("host/volume/data")?.["id"];
  const base = { target, risk: "safe", needs: host } as const;
  if (observed === undefined) {
    const to = volume === undefined ? { knownAfterApply: "host/volume/data.id" } : { to: volume };
    const reason = "the data volume isn't mounted on the host";
    return [{ ...base, verb: "create", changes: [{ path: "volumeId", ...to }], reason, ownership: "none" }];
  }
  const changes: Change[] = [];
  if (volume !== undefined && observed.volumeId !== volume) {
    changes.push({ path: "volumeId", from: observed.volumeId, to: volume });
  }
  if (observed.growableMiB > 0) changes.push({ path: "growableMiB", from: observed.growableMiB, to: 0 });
  if (changes.length === 0) return [];
  const reason =
    observed.growableMiB > 0
      ? `the data volume is ${observed.growableMiB} MiB larger than its file system`
      : "what is mounted isn't known as the fleet's data volume";
  return [{ ...base, verb: "update", changes, reason, ownership: "ours" }];
}

export function diffDocker(
  target: Target,
  observed: DockerState | undefined,
  desired: DockerDesired,
): readonly ActionDraft[] {
  const changes = [
    ...fieldChange("docker", observed?.docker ?? undefined, desired.docker),
    ...fieldChange("compose", observed?.compose ?? undefined, desired.compose.version),
    ...(observed === undefined ? [] : proxyChange(observed, desired)),
    ...fieldChange("running", observed?.running, true),
  ];
  if (changes.length === 0) return [];
  const base = { target, changes, needs: host.slice(0, 1) } as const;
  if (observed === undefined) {
    return [{ ...base, verb: "create", risk: "safe", reason: "the host has no Docker", ownership: "none" }];
  }
  // Another version of the daemon restarts it; what is missing or down has nothing to lose.
  const restarts = changes.some(({ path }) => path === "docker" || path === "proxy");
  const risk = observed.running && restarts ? "disruptive" : "safe";
  const reason = `Docker on the host differs in ${changes.map(({ path }) => path).join(", ")}`;
  return [{ ...base, verb: "update", risk, reason, ownership: "ours" }];
}

function proxyChange({ proxy }: DockerState, desired: DockerDesired): readonly Change[] {
  const wanted = desired.proxy === "" ? "none" : fileDigest(desired.proxy);
  return fieldChange("proxy", proxy ?? "none", wanted);
}

export function diffFiles(
  target: Target,
  observed: FilesState | undefined,
  desired: FilesDesired,
): readonly ActionDraft[] {
  const changes = desired.files.flatMap(({ path, content, mode, owner }): readonly Change[] => {
    const file = observed?.files[path];
    const to = fileDigest(content);
    if (file === undefined || !file.exists) return [{ path: `file[${path}]`, to }];
    return [
      ...(file.written === to && !file.intact
        ? [{ path: `file[${path}].intact`, from: false, to: true } as const]
        : fieldChange(`file[${path}]`, file.written ?? "not written by Fleetkeeper", to)),
      ...(file.written === to && file.intact ? fieldChange(`file[${path}].mode`, file.mode ?? "", mode) : []),
      ...(file.written === to && file.intact ? fieldChange(`file[${path}].owner`, file.owner ?? "", owner) : []),
      ...(file.written === to && file.intact ? file.outdated.map((secret) => newVersion(path, secret)) : []),
    ];
  });
  if (changes.length === 0) return [];
  const names = desired.files.map(({ path }) => path.slice(path.lastIndexOf("/") + 1));
  // The compose file first: with an older version in it than a file has, the service is started once more; the other way
  // round it would go on with the older secret.
  const first = desired.files.some(({ content }) => secretsIn(content).length > 0) && target.name !== "files/compose";
  const needs = [...host, ...own("volume", ...(first ? ["files/compose"] : []))];
  const base = { target, changes, risk: "safe", needs } as const;
  const running = observed?.gitlabImage;
  // GitLab's version moves by its own kind, over required stops; once it has arrived, the runner follows.
  if (desired.gitlabImage !== undefined && running !== undefined && running !== desired.gitlabImage) return [];
  if (observed === undefined) {
    const reason = `${names.join(", ")} ${names.length === 1 ? "isn't" : "aren't"} on the host`;
    return [{ ...base, verb: "create", reason, ownership: "none" }];
  }
  const reason = `files on the host differ: ${[...new Set(changes.map(({ path }) => path.replace(/^file\[(.*?)\].*$/, "$1")))].join(", ")}`;
  return [{ ...base, verb: "update", reason, ownership: "ours" }];
}

function newVersion(path: string, { parameter, written, current }: OutdatedSecret): Change {
  return { path: `file[${path}].secret[${parameter}]`, from: `version ${written}`, to: `version ${current}` };
}

export function diffService(
  target: Target,
  observed: ServiceState | undefined,
  desired: ServiceDesired,
): readonly ActionDraft[] {
  const { service, files } = desired;
  const base = { target, needs: [...host, ...own("volume", "docker", ...files)] } as const;
  if (observed === undefined) {
    const changes: readonly Change[] = [{ path: "state", to: "running" }];
    const reason = `${service} has no container`;
    return [{ ...base, verb: "create", changes, risk: "safe", reason, ownership: "none" }];
  }
  const up = observed.state === "running" || observed.state === "restarting";
  const outdated = observed.wantedHash !== null && observed.wantedHash !== observed.configHash;
  const changes: readonly Change[] = [
    ...(up ? [] : [{ path: "state", from: observed.state, to: "running" }]),
    ...(outdated ? [{ path: "config", from: observed.configHash ?? "", to: observed.wantedHash ?? "" }] : []),
  ];
  if (changes.length === 0) return [];
  // Users feel GitLab's restart, and jobs the manager's; what only watches may be started anew at any time.
  const felt = up && (service === "gitlab" || service === "gitlab-runner");
  const reason = up ? `${service} runs with other settings than the file's` : `${service} is ${observed.state}`;
  return [{ ...base, verb: "update", changes, risk: felt ? "disruptive" : "safe", reason, ownership: "ours" }];
}

/** Its container goes, its data stays: what only watches at once, the manager with its last job. */
export function strayService(target: Target, observed: ServiceState): ActionDraft {
  const service = target.name.replace(/^service\//, "");
  const felt = service === "gitlab" || service === hostServices.runner;
  return {
    target,
    verb: "delete",
    changes: [{ path: "container", from: observed.state }],
    risk: felt ? "disruptive" : "safe",
    reason: `${service} isn't in the file; its container goes, its data stays`,
    ownership: "ours",
    needs: [...host, ...own("volume", "docker", "files/compose")],
  };
}

export function diffDisk(
  target: Target,
  observed: DiskState | undefined,
  desired: DiskDesired,
): readonly ActionDraft[] {
  if (observed === undefined || !prunes(observed, desired)) return [];
  const [path, percent] = fullest(observed);
  const to = desired.prune?.abovePercent ?? 0;
  const changes = [{ path: `usedPercent[${path}]`, from: percent, to }];
  const reason = `${path} is ${percent} % full; images that no container uses are deleted above ${to} %`;
  return [
    { target, verb: "update", changes, risk: "safe", routine: true, reason, ownership: "ours", needs: own("docker") },
  ];
}

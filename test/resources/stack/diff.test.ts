import { expect, test } from "vitest";
import { fileDigest, secretMark } from "../../../shared/resources/common/host-request.ts";
import type {
  DiskDesired,
  DockerDesired,
  FilesDesired,
  ServiceDesired,
} from "../../../shared/resources/stack/desired.ts";
import {
  diffDisk,
  diffDocker,
  diffFiles,
  diffMount,
  diffService,
  strayService,
} from "../../../shared/resources/stack/diff.ts";
import type {
  DiskState,
  DockerState,
  FileState,
  FilesState,
  ServiceState,
} from "../../../shared/resources/stack/state.ts";

const host = ["instance", "volume/data"].map((name) => ({ kind: "host", name }));
const own = (...names: readonly string[]) => names.map((name) => ({ kind: "stack", name }));
const at = (name: string) => ({ kind: "stack", name });

test("the data volume is mounted once there is one, and is the fleet's by its id", () => {
  const known = new Map([["host/volume/data", { id: "vol-1" }]]);
  const target = at("volume");
  const draft = { target, risk: "safe", needs: host };
  const missing = { ...draft, verb: "create", ownership: "none", reason: "the data volume isn't mounted on the host" };
  expect(diffMount(target, undefined, known)).toEqual([{ ...missing, changes: [{ path: "volumeId", to: "vol-1" }] }]);
  expect(diffMount(target, undefined, new Map())).toEqual([
    { ...missing, changes: [{ path: "volumeId", knownAfterApply: "host/volume/data.id" }] },
  ]);
  const of = (volumeId: string | null, growableMiB = 0, outputs: typeof known = known) =>
    diffMount(target, { type: "mount", volumeId, growableMiB }, outputs);
  expect(of("vol-1")).toEqual([]);
  expect(of("vol-2", 0, new Map())).toEqual([]);
  const update = { ...draft, verb: "update", ownership: "ours" };
  expect(of("vol-2")).toEqual([
    {
      ...{ ...update, changes: [{ path: "volumeId", from: "vol-2", to: "vol-1" }] },
      reason: "what is mounted isn't known as the fleet's data volume",
    },
  ]);
  expect(of("vol-1", 512)).toEqual([
    {
      ...{ ...update, changes: [{ path: "growableMiB", from: 512, to: 0 }] },
      reason: "the data volume is 512 MiB larger than its file system",
    },
  ]);
});

const docker: DockerDesired = {
  type: "docker",
  docker: "28",
  compose: { version: "2", url: "", sha256: "" },
  proxy: "",
};
const foundDocker: DockerState = { type: "docker", running: true, docker: "28", compose: "2", proxy: null };
const diffOfDocker = (fields: Partial<DockerState>, desired = docker) =>
  diffDocker(at("docker"), { ...foundDocker, ...fields }, desired);

test("a host without Docker gets it whole", () => {
  expect(diffOfDocker({})).toEqual([]);
  expect(diffDocker(at("docker"), undefined, { ...docker, proxy: "p" })).toEqual([
    {
      ...{ target: at("docker"), verb: "create", risk: "safe", ownership: "none", needs: host.slice(0, 1) },
      changes: [
        { path: "docker", to: "28" },
        { path: "compose", to: "2" },
        { path: "running", to: true },
      ],
      reason: "the host has no Docker",
    },
  ]);
});

test.each<readonly [string, Partial<DockerState>, object, string]>([
  ["another daemon", { docker: "27" }, { path: "docker", from: "27", to: "28" }, "disruptive"],
  ["another daemon that is down", { docker: "27", running: false }, { path: "docker", from: "27", to: "28" }, "safe"],
  ["no known daemon", { docker: null }, { path: "docker", to: "28" }, "disruptive"],
  ["another compose", { compose: "1" }, { path: "compose", from: "1", to: "2" }, "safe"],
  ["no compose", { compose: null }, { path: "compose", to: "2" }, "safe"],
  ["a proxy too many", { proxy: "x" }, { path: "proxy", from: "x", to: "none" }, "disruptive"],
  ["a daemon that is down", { running: false }, { path: "running", from: false, to: true }, "safe"],
])("%s is told, and is felt where the daemon that runs starts anew", (_what, fields, change, risk) => {
  const [draft] = diffOfDocker(fields);
  expect(draft).toMatchObject({ verb: "update", risk, ownership: "ours" });
  expect(draft?.changes).toContainEqual(change);
  expect(draft?.reason).toBe(`Docker on the host differs in ${draft?.changes.map(({ path }) => path).join(", ")}`);
});

test("a daemon that starts anew is felt, whatever else differs too", () => {
  expect(diffOfDocker({ docker: "27", compose: "1" })[0]?.risk).toBe("disruptive");
});

test("a proxy is compared by its digest", () => {
  const desired = { ...docker, proxy: "[Service]" };
  const to = fileDigest("[Service]");
  expect(diffOfDocker({}, desired)[0]?.changes).toEqual([{ path: "proxy", from: "none", to }]);
  expect(diffOfDocker({ proxy: to }, desired)).toEqual([]);
});

const content = "services: {}";
const digest = fileDigest(content);
const files: FilesDesired = {
  type: "files",
  files: [{ path: "/srv/compose.yaml", content, mode: "0644", owner: "root" }],
};
const good: FileState = { exists: true, written: digest, intact: true, mode: "0644", owner: "root", outdated: [] };
const diffOfFiles = (file: Partial<FileState>, more: Partial<FilesState> = {}, desired = files) =>
  diffFiles(
    at("files/compose"),
    { type: "files", files: { "/srv/compose.yaml": { ...good, ...file } }, ...more },
    desired,
  );

test.each<readonly [string, Partial<FileState>, readonly object[]]>([
  ["is as written", {}, []],
  ["is gone", { exists: false }, [{ path: "file[/srv/compose.yaml]", to: digest }]],
  ["was written otherwise", { written: "x" }, [{ path: "file[/srv/compose.yaml]", from: "x", to: digest }]],
  [
    "was never written by us",
    { written: null },
    [{ path: "file[/srv/compose.yaml]", from: "not written by Fleetkeeper", to: digest }],
  ],
  ["was edited", { intact: false }, [{ path: "file[/srv/compose.yaml].intact", from: false, to: true }]],
  [
    "was written otherwise, and edited",
    { written: "x", intact: false, mode: "0600" },
    [{ path: "file[/srv/compose.yaml]", from: "x", to: digest }],
  ],
  [
    "was written otherwise, with another mode and an older secret",
    { written: "x", mode: "0600", owner: "x", outdated: [{ parameter: "/a", written: 1, current: 2 }] },
    [{ path: "file[/srv/compose.yaml]", from: "x", to: digest }],
  ],
  [
    "was edited, with another mode",
    { intact: false, mode: "0600", owner: "x" },
    [{ path: "file[/srv/compose.yaml].intact", from: false, to: true }],
  ],
  ["has another mode", { mode: "0600" }, [{ path: "file[/srv/compose.yaml].mode", from: "0600", to: "0644" }]],
  ["has no known mode", { mode: null }, [{ path: "file[/srv/compose.yaml].mode", from: "", to: "0644" }]],
  ["has another owner", { owner: "x" }, [{ path: "file[/srv/compose.yaml].owner", from: "x", to: "root" }]],
  [
    "holds the older version of a secret",
    { outdated: [{ parameter: "/a", written: 1, current: 2 }] },
    [{ path: "file[/srv/compose.yaml].secret[/a]", from: "version 1", to: "version 2" }],
  ],
  [
    "was edited, with an older secret",
    { intact: false, outdated: [{ parameter: "/a", written: 1, current: 2 }] },
    [{ path: "file[/srv/compose.yaml].intact", from: false, to: true }],
  ],
  ["has no known owner", { owner: null }, [{ path: "file[/srv/compose.yaml].owner", from: "", to: "root" }]],
])("a file that %s", (_what, file, changes) => {
  const drafts = diffOfFiles(file);
  expect(drafts.map((draft) => draft.changes)).toEqual(changes.length === 0 ? [] : [changes]);
  if (changes.length === 0) return;
  const needs = [...host, ...own("volume")];
  expect(drafts).toMatchObject([{ verb: "update", risk: "safe", ownership: "ours", needs }]);
  expect(drafts[0]?.reason).toBe("files on the host differ: /srv/compose.yaml");
});

test("files that aren't there are made together, and one that wasn't told of is missing", () => {
  const two: FilesDesired = {
    ...files,
    files: [...files.files, { path: "/srv/b", content: "b", mode: "0600", owner: "root" }],
  };
  expect(diffFiles(at("files/compose"), undefined, two)).toEqual([
    {
      ...{
        target: at("files/compose"),
        verb: "create",
        risk: "safe",
        ownership: "none",
        needs: [...host, ...own("volume")],
      },
      changes: [
        { path: "file[/srv/compose.yaml]", to: digest },
        { path: "file[/srv/b]", to: fileDigest("b") },
      ],
      reason: "compose.yaml, b aren't on the host",
    },
  ]);
  expect(diffFiles(at("files/compose"), undefined, files)[0]?.reason).toBe("compose.yaml isn't on the host");
  expect(diffOfFiles({}, {}, two)[0]?.changes).toEqual([{ path: "file[/srv/b]", to: fileDigest("b") }]);
});

test("a file with secrets is written after the compose file, which says which versions are in it", () => {
  const of = (name: string, text: string) =>
    diffFiles(at(name), undefined, {
      ...files,
      files: [{ path: "/srv/a", content: text, mode: "0600", owner: "root" }],
    })[0]?.needs;
  const both = ["plain", secretMark("/fleetkeeper/acme/secrets/a", "raw")].map((text, index) => ({
    ...{ path: `/srv/${index}`, content: text, mode: "0600", owner: "root" },
  }));
  const [mixed] = diffFiles(at("files/gitlab"), undefined, { ...files, files: both });
  expect(mixed?.needs).toEqual([...host, ...own("volume", "files/compose")]);
  const secret = secretMark("/fleetkeeper/acme/secrets/a", "raw");
  expect(of("files/gitlab", secret)).toEqual([...host, ...own("volume", "files/compose")]);
  expect(of("files/gitlab", "plain")).toEqual([...host, ...own("volume")]);
  expect(of("files/compose", secret)).toEqual([...host, ...own("volume")]);
});

test("what goes with GitLab's version waits until GitLab has arrived there", () => {
  const desired = { ...files, gitlabImage: "gitlab:2" };
  const written = "x";
  expect(diffOfFiles({ written }, { gitlabImage: "gitlab:1" }, desired)).toEqual([]);
  expect(diffOfFiles({ written }, { gitlabImage: "gitlab:2" }, desired)).toHaveLength(1);
  expect(diffOfFiles({ written }, {}, desired)).toHaveLength(1);
  expect(diffOfFiles({ written }, { gitlabImage: "gitlab:1" })).toHaveLength(1);
});

const service = (name: ServiceDesired["service"]): ServiceDesired => ({
  type: "service",
  service: name,
  files: ["files/compose"],
  builds: false,
});
const foundService: ServiceState = {
  ...{ type: "service", state: "running", health: "healthy", image: "x", exitCode: null, restarts: 0, age: 1 },
  ...{ configHash: "a", wantedHash: "a" },
};
const needs = [...host, ...own("volume", "docker", "files/compose")];
const diffOfService = (name: ServiceDesired["service"], fields: Partial<ServiceState>) =>
  diffService(at(`service/${name}`), { ...foundService, ...fields }, service(name));

test("a service without a container is started once its files are there", () => {
  expect(diffService(at("service/gitlab"), undefined, service("gitlab"))).toEqual([
    {
      ...{ target: at("service/gitlab"), verb: "create", risk: "safe", ownership: "none", needs },
      ...{ changes: [{ path: "state", to: "running" }], reason: "gitlab has no container" },
    },
  ]);
  for (const fields of [{}, { state: "restarting" }, { wantedHash: null }])
    expect(diffOfService("gitlab", fields)).toEqual([]);
});

test("a service that is down is started, at any time", () => {
  expect(diffOfService("gitlab", { state: "exited" })).toEqual([
    {
      ...{ target: at("service/gitlab"), verb: "update", risk: "safe", ownership: "ours", needs },
      ...{ changes: [{ path: "state", from: "exited", to: "running" }], reason: "gitlab is exited" },
    },
  ]);
});

test("a service that runs otherwise is started anew; GitLab's and the manager's restart is felt", () => {
  const outdated = { wantedHash: "b" };
  const [draft] = diffOfService("gitlab", outdated);
  expect(draft?.changes).toEqual([{ path: "config", from: "a", to: "b" }]);
  expect(draft?.reason).toBe("gitlab runs with other settings than the file's");
  const risks = (["gitlab", "gitlab-runner", "prometheus"] as const).map(
    (name) => diffOfService(name, outdated)[0]?.risk,
  );
  expect(risks).toEqual(["disruptive", "disruptive", "safe"]);
  expect(diffOfService("gitlab", { ...outdated, configHash: null })[0]?.changes).toEqual([
    { path: "config", from: "", to: "b" },
  ]);
  const down = diffOfService("gitlab", { ...outdated, state: "exited" })[0];
  expect([down?.risk, down?.changes.map(({ path }) => path)]).toEqual(["safe", ["state", "config"]]);
});

test("a container of a service that left the file goes: what serves people or jobs keeps to the window", () => {
  const of = (name: string) => strayService(at(`service/${name}`), foundService);
  expect(of("grafana")).toEqual({
    ...{ target: at("service/grafana"), verb: "delete", risk: "safe", ownership: "ours", needs },
    changes: [{ path: "container", from: "running" }],
    reason: "grafana isn't in the file; its container goes, its data stays",
  });
  expect([of("gitlab").risk, of("gitlab-runner").risk]).toEqual(["disruptive", "disruptive"]);
});

test("images are pruned above the file's limit, and never where it doesn't ask for it", () => {
  const found: DiskState = { type: "disk", usedPercent: { "/": 85, "/srv": 91 }, prunedAgo: null, warningPercent: 80 };
  const desired: DiskDesired = { type: "disk", warningPercent: 80, prune: { abovePercent: 90, unusedForSeconds: 1 } };
  expect(diffDisk(at("disk"), found, desired)).toEqual([
    {
      ...{ target: at("disk"), verb: "update", risk: "safe", ownership: "ours", needs: own("docker") },
      routine: true,
      changes: [{ path: "usedPercent[/srv]", from: 91, to: 90 }],
      reason: "/srv is 91 % full; images that no container uses are deleted above 90 %",
    },
  ]);
  expect(diffDisk(at("disk"), undefined, desired)).toEqual([]);
  expect(diffDisk(at("disk"), { ...found, usedPercent: { "/": 10 } }, desired)).toEqual([]);
  expect(diffDisk(at("disk"), found, { type: "disk", warningPercent: 80 })).toEqual([]);
});

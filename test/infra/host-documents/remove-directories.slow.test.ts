import { existsSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { HostCommand } from "../../../shared/resources/common/host-command.ts";
import { listMachinesRequest } from "../../../shared/resources/common/host-request.ts";
import { removeDirectoryRequest } from "../../../shared/resources/machines/host-requests.ts";
import { RunnerWorld } from "./runner-world.ts";

const machines = "/srv/fleetkeeper/machine/machines";
const removed = "/srv/fleetkeeper/machine/.fleetkeeper-removed";
const lost = "runner-t9wkyjhg-acme-build-1700000000-00000001";
const other = "runner-t9wkyjhg-acme-build-1700000000-00000002";

describe("taking directories of lost machines away", { shuffle: false }, () => {
  let world: RunnerWorld;
  const files = async () => (await world.hosts.host()).files;
  const put = async (name: string, id = "i-00000000000000001") => {
    const disk = await files();
    disk.write(`${machines}/${name}/config.json`, `{"Driver": {"InstanceId": "${id}", "KeyName": "${name}"}}\n`);
    disk.write(`${machines}/${name}/id_rsa`, "a key\n");
  };
  const has = async (path: string) => (await files()).exists(path);
  const code = async (command: HostCommand) => {
    const answer = await world.hosts.send(command);
    return answer.ok && answer.outcome.state === "failed" ? answer.outcome.code : answer;
  };

  beforeAll(async () => {
    world = await RunnerWorld.open();
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    world.hosts.hosts.faults.clear();
    world.hosts.record().manager.processes = [];
    await put(lost);
    await put(other, "i-00000000000000002");
  });

  it("takes exactly the one that is named, and says that it is gone when it is asked again", async () => {
    const request = removeDirectoryRequest(lost, "i-00000000000000001");
    expect(await world.hosts.done(request)).toEqual({ removed: [lost], gone: [], kept: [] });
    expect(await has(`${machines}/${lost}`)).toBe(false);
    expect(await has(`${machines}/${other}/id_rsa`)).toBe(true);
    expect(await has(`${removed}/${lost}`)).toBe(false);
    expect(await world.hosts.done(request)).toEqual({ removed: [], gone: [lost], kept: [] });
    const { machines: listed } = await world.hosts.done(listMachinesRequest());
    expect(listed).toMatchObject({ machines: [{ name: other, instanceId: "i-00000000000000002" }], count: 1 });
  });

  it("leaves one on which a docker-machine process works", async () => {
    world.hosts.record().manager.processes = [`docker-machine create --driver amazonec2 ${lost}`];
    expect(await world.hosts.done(removeDirectoryRequest(lost, "i-00000000000000001"))).toEqual({
      removed: [],
      gone: [],
      kept: [{ name: lost, why: "in-flight" }],
    });
    expect(await has(`${machines}/${lost}/id_rsa`)).toBe(true);
  });

  it("leaves one that isn't as it was listed: its manager saved another instance meanwhile, or lost it", async () => {
    for (const id of ["i-00000000000000009", undefined]) {
      const { kept } = await world.hosts.done(removeDirectoryRequest(lost, id));
      expect(kept).toEqual([{ name: lost, why: "changed" }]);
    }
    expect(await has(`${machines}/${lost}/config.json`)).toBe(true);
  });

  it.each([
    ["a path", `../machines/${lost}`],
    ["a directory of docker-machine's own", "certs"],
    ["a pattern", "runner-*"],
    ["nothing", ""],
    ["the parent", ".."],
    ["an absolute path", "/srv/fleetkeeper/gitlab"],
    ["two lines", `${lost}\n${other}`],
  ])("refuses %s, and touches nothing", async (_what, name) => {
    expect(await code(removeDirectoryRequest(name, undefined))).toBe("BadRequest");
    expect(await has(`${machines}/${lost}`)).toBe(true);
    expect(await has(`${machines}/${other}`)).toBe(true);
  });

  it("follows no link out of the machines directory", async () => {
    const { root } = await world.hosts.host();
    const name = "runner-t9wkyjhg-acme-build-1700000000-0000000a";
    const disk = await files();
    disk.write("/srv/fleetkeeper/gitlab/precious", "data\n");
    const real = readdirSync(join(root, "../../../volumes")).find((volume) => volume === world.hosts.volumeId) ?? "";
    symlinkSync("../../gitlab", join(root, "../../../volumes", real, "data/machine/machines", name));
    const { kept } = await world.hosts.done(removeDirectoryRequest(name, undefined));
    expect(kept).toEqual([{ name, why: "not-a-directory" }]);
    expect(await has("/srv/fleetkeeper/gitlab/precious")).toBe(true);
    disk.remove(`${machines}/${name}`);
  });

  it("refuses where the directory has no sentinel, and where Docker can't tell what is in flight", async () => {
    const disk = await files();
    const sentinel = disk.text(`${machines}/.fleetkeeper-volume`) ?? "";
    disk.remove(`${machines}/.fleetkeeper-volume`);
    expect(await code(removeDirectoryRequest(lost, "i-00000000000000001"))).toBe("NoSentinel");
    disk.write(`${machines}/.fleetkeeper-volume`, sentinel);
    const { units } = world.hosts.record();
    units["docker"] = { enabled: true, active: false };
    expect(await code(removeDirectoryRequest(lost, "i-00000000000000001"))).toBe("DockerSilent");
    units["docker"] = { enabled: true, active: true };
    expect(await has(`${machines}/${lost}/id_rsa`)).toBe(true);
  });

  it("refuses a run that lost its lease", async () => {
    await world.hosts.send(removeDirectoryRequest(other, "i-00000000000000002"), { incarnation: "s", epoch: 9 });
    const late = await world.hosts.send(removeDirectoryRequest(lost, "i-00000000000000001"), {
      incarnation: "s",
      epoch: 8,
    });
    expect(late).toMatchObject({ ok: true, outcome: { state: "refused", epoch: 9 } });
    expect(await has(`${machines}/${lost}`)).toBe(true);
  });

  it("killed at any command, it is whole or gone and never half of it, and the next one ends it", async () => {
    const request = removeDirectoryRequest(lost, "i-00000000000000001");
    const { root } = await world.hosts.host();
    const data = join(root, "../../../volumes", world.hosts.volumeId, "data/machine");
    for (let atCommand = 1, kills = 0; ; atCommand += 3, kills += 1) {
      await put(lost);
      world.hosts.hosts.faults.clear();
      world.hosts.hosts.faults.add({ document: "remove-directories", effect: { type: "kill", atCommand } });
      const answer = await world.hosts.send(request);
      if (existsSync(join(data, "machines", lost))) {
        expect(readdirSync(join(data, "machines", lost)).sort(), `killed at ${atCommand}`).toEqual([
          "config.json",
          "id_rsa",
        ]);
      }
      expect(existsSync(join(data, "machines", other, "id_rsa"))).toBe(true);
      if (answer.ok) {
        expect(kills).toBeGreaterThan(25);
        break;
      }
      world.hosts.hosts.faults.clear();
      const { kept } = await world.hosts.done(request);
      expect(kept).toEqual([]);
      expect(existsSync(join(data, "machines", lost))).toBe(false);
      expect(readdirSync(join(data, ".fleetkeeper-removed"))).toEqual([]);
    }
  });

  it("gives a directory back that a killed run had taken, where docker-machine works on it now", async () => {
    const disk = await files();
    disk.remove(`${machines}/${lost}`);
    disk.write(`${removed}/${lost}/config.json`, "{}\n");
    world.hosts.record().manager.processes = [`docker-machine create --driver amazonec2 ${lost}`];
    await world.hosts.done(removeDirectoryRequest(other, "i-00000000000000002"));
    expect(await has(`${machines}/${lost}/config.json`)).toBe(true);
  });
});

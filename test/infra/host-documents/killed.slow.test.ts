import { readdirSync } from "node:fs";
import { ModifyVolumeCommand } from "@aws-sdk/client-ec2";
import { GetParameterCommand } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  composeRequest,
  drainRunnerRequest,
  fileDigest,
  growVolumeRequest,
  installDockerRequest,
  prepareVolumeRequest,
  pruneImagesRequest,
  rootPasswordRequest,
  writeFilesRequest,
} from "../../../shared/resources/common/host-request.ts";
import { composeArtifact, composeFile, HostWorld, stackServices } from "../../harness/host-world.ts";
import { killEverywhere } from "../../harness/killed-scripts.ts";

/**
 * A script that is killed before any one of its commands, then sent again: the same end, and no half-written file. What a
 * step of a day needs has been done by the one before, so that the whole day is lived through.
 */
describe("a host whose scripts are killed at every command", { shuffle: false }, () => {
  let world: HostWorld;
  beforeAll(async () => {
    world = await HostWorld.open();
  });
  afterAll(() => world.close());

  /** Nothing of what scripts write on their way is left where it could be taken for the real thing. */
  async function wholeFiles(): Promise<void> {
    const { files } = await world.host();
    const written = files.text(composeFile.path);
    if (written !== undefined) expect([composeFile.content, "old\n"]).toContain(written);
    expect(files.text("/etc/fstab")).toMatch(/^UUID=root \/ /);
  }

  it("prepares its volume, which is formatted once", async () => {
    const kills = await killEverywhere(world, prepareVolumeRequest(world.volumeId), wholeFiles, 3);
    expect(kills).toBeGreaterThan(50);
    const made = world.record().calls.filter(({ program, exitCode }) => program === "mkfs.xfs" && exitCode === 0);
    expect(made).toHaveLength(1);
    expect(await world.facts()).toMatchObject({ sentinel: { generation: 1 }, mounts: [{ mounted: true }, {}] });
  });

  it("installs Docker", async () => {
    const request = installDockerRequest({ docker: "25.0.8", compose: { version: "2.40.3", ...composeArtifact } });
    expect(await killEverywhere(world, request, wholeFiles, 3)).toBeGreaterThan(20);
    expect((await world.facts()).docker).toMatchObject({ running: true, version: "25.0.8", compose: "2.40.3" });
  });

  it("writes files, each the old or the new one", async () => {
    await world.done(writeFilesRequest([{ ...composeFile, content: "old\n" }]));
    expect(await killEverywhere(world, writeFilesRequest([composeFile]), wholeFiles, 1)).toBeGreaterThan(100);
    const [file] = (await world.facts([composeFile.path])).files;
    expect(file).toMatchObject({ intact: true, written: fileDigest(composeFile.content) });
    expect(file?.previous).toEqual([fileDigest("old\n")]);
  });

  it("starts its services, each once", async () => {
    expect(await killEverywhere(world, composeRequest("up", stackServices), wholeFiles, 3)).toBeGreaterThan(20);
    const { services } = await world.facts();
    expect(services?.map(({ name, state }) => `${name} ${state}`).sort()).toEqual(
      stackServices.map((name) => `${name} running`).sort(),
    );
  });

  it("grows its file system to the volume's size", async () => {
    await world.ec2.send(new ModifyVolumeCommand({ VolumeId: world.volumeId, Size: 80 }));
    await world.clock.advance(60_000);
    expect(await killEverywhere(world, growVolumeRequest(world.volumeId), wholeFiles, 2)).toBeGreaterThan(10);
    expect(world.hosts.state.fileSystems[world.volumeId]?.size).toBe(80);
  });

  it("deletes images that no container uses, and no other", async () => {
    const { images, containers } = world.record();
    const used = Object.values(containers).map(({ imageId }) => imageId);
    images["sha256:old"] = { id: "sha256:old", tags: ["alpine:3.1"], taggedAt: world.clock.now() - 30 * 86_400_000 };
    expect(await killEverywhere(world, pruneImagesRequest(86_400), wholeFiles, 2)).toBeGreaterThan(20);
    expect(world.record().images["sha256:old"]).toBeUndefined();
    expect(Object.keys(world.record().images)).toEqual(expect.arrayContaining(used));
  });

  it("moves the root password, which is never lost", async () => {
    await world.clock.advance(10 * 60_000);
    const Name = "/fleetkeeper/acme/secrets/root-password";
    expect((await world.facts()).gitlab?.initialRootPassword).toBe(true);
    await killEverywhere(world, rootPasswordRequest(Name), wholeFiles, 3);
    expect((await world.facts()).gitlab?.initialRootPassword).toBe(false);
    const { Parameter } = await world.ssm.send(new GetParameterCommand({ Name, WithDecryption: true }));
    expect(Parameter?.Value).toMatch(/^[A-Z2-7]{32}$/);
  });

  it("drains its manager without taking a job from it", async () => {
    world.record().manager.jobs = 1;
    await killEverywhere(world, drainRunnerRequest(2), wholeFiles, 5);
    expect((await world.facts()).services?.find(({ name }) => name === "gitlab-runner")?.state).toBe("running");
    world.record().manager.jobs = 0;
    await killEverywhere(world, drainRunnerRequest(2), wholeFiles, 5);
    expect((await world.facts()).services?.some(({ name }) => name === "gitlab-runner")).toBe(false);
  });

  it("leaves nothing half-written behind", async () => {
    await world.done(writeFilesRequest([composeFile]));
    const { root } = await world.host();
    const left = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
      (path) => /\/\.fleetkeeper\.\w{8}$/.test(path) || /run\/fleetkeeper\/work/.test(path),
    );
    expect(left).toEqual([]);
  });
});

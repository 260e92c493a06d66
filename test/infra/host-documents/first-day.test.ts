import { GetParameterCommand } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  composeRequest,
  drainRunnerRequest,
  fileDigest,
  installDockerRequest,
  listMachinesRequest,
  prepareVolumeRequest,
  pruneImagesRequest,
  rootPasswordRequest,
  serviceLogsRequest,
  writeFilesRequest,
} from "../../../shared/resources/common/host-request.ts";
import { composeArtifact, composeFile, composeFileOf, HostWorld, stackServices } from "../../harness/host-world.ts";
import { noHosts } from "../../harness/hosts-here.ts";

/** One host from its first minute on: each step needs the ones before. */
describe.skipIf(noHosts !== undefined)("a host's first day", { shuffle: false }, () => {
  let world: HostWorld;
  beforeAll(async () => {
    world = await HostWorld.open();
  });
  afterAll(() => world.close());

  it("begins with facts that tell what is missing", async () => {
    const facts = await world.facts([composeFile.path]);
    expect(facts).toMatchObject({
      os: { id: "amzn", version: "2023" },
      fence: null,
      docker: { installed: false, running: false },
      services: null,
      mounts: [
        { path: "/srv/fleetkeeper", mounted: false },
        { path: "/", mounted: true },
      ],
      files: [{ exists: false, written: null, intact: false }],
    });
    expect(facts.devices.find((device) => device.volume === world.volumeId)).toMatchObject({ fileSystem: null });
  });

  it("formats the blank volume once, and mounts it", async () => {
    const request = prepareVolumeRequest(world.volumeId);
    expect(await world.done(request)).toMatchObject({ formatted: true, generation: 1, displaced: null });
    expect(await world.done(request)).toMatchObject({ formatted: false, generation: 1 });
    const facts = await world.facts();
    expect(facts.sentinel).toEqual({ volume: world.volumeId, generation: 1 });
    expect(facts.mounts[0]).toMatchObject({ mounted: true, fileSystem: "xfs" });
    expect(facts.fence).toEqual({ incarnation: "store-1", epoch: 1 });
  });

  it("installs Docker and the compose plugin once", async () => {
    const request = installDockerRequest({ docker: "25.0.8", compose: { version: "2.40.3", ...composeArtifact } });
    expect(await world.done(request)).toMatchObject({ changed: ["docker", "compose", "started"], docker: "25.0.8" });
    expect(await world.done(request)).toMatchObject({ changed: [] });
  });

  it("writes the compose file once, starts its services, and starts them no second time", async () => {
    expect(await world.done(writeFilesRequest([composeFile]))).toMatchObject({ files: [{ changed: true }] });
    expect(await world.done(writeFilesRequest([composeFile]))).toMatchObject({ files: [{ changed: false }] });
    const up = composeRequest("up", stackServices);
    const first = await world.done(up);
    expect(await world.done(up)).toEqual(first);
    const facts = await world.facts([composeFile.path]);
    expect(facts.files[0]).toMatchObject({ written: fileDigest(composeFile.content), intact: true, mode: "0644" });
    expect(facts.services?.map(({ name, state }) => `${name} ${state}`).sort()).toEqual([
      "gitlab running",
      "gitlab-runner running",
      "prometheus running",
    ]);
    expect(facts.gitlab).toMatchObject({ readiness: 0, initialRootPassword: false });
  });

  it("sees GitLab ready minutes later, and moves its password to Parameter Store", async () => {
    await world.clock.advance(7 * 60_000);
    expect((await world.facts()).gitlab).toMatchObject({
      readiness: 200,
      version: "19.5.3-ee",
      initialRootPassword: true,
    });
    const Name = "/fleetkeeper/acme/secrets/root-password";
    expect(await world.done(rootPasswordRequest(Name))).toEqual({ moved: true, version: 1 });
    expect(await world.done(rootPasswordRequest(Name))).toEqual({ moved: false });
    const { Parameter } = await world.ssm.send(new GetParameterCommand({ Name, WithDecryption: true }));
    expect(Parameter).toMatchObject({ Type: "SecureString", Value: expect.stringMatching(/^[A-Z2-7]{32}$/) });
  });

  it("tells a service's newest lines", async () => {
    expect(await world.done(serviceLogsRequest("gitlab", 10))).toEqual({ lines: ["gitlab started"], cut: false });
    expect(await world.send(serviceLogsRequest("nothing", 10))).toMatchObject({ outcome: { code: "NoSuchService" } });
  });

  it("doesn't stop, restart or recreate a manager that runs", async () => {
    const changed = composeFileOf("gitlab/gitlab-runner:v19.6.0");
    await world.done(writeFilesRequest([changed]));
    for (const verb of ["up", "stop", "restart"] as const) {
      const answer = await world.send(composeRequest(verb, ["gitlab-runner"]));
      expect(answer, verb).toMatchObject({ outcome: { state: "failed", code: "RunnerNotDrained" } });
    }
    expect((await world.facts()).services?.find(({ name }) => name === "gitlab-runner")).toMatchObject({
      state: "running",
      image: "gitlab/gitlab-runner:v19.5.1",
    });
  });

  it("drains the manager over several commands, with one signal, and then replaces it", async () => {
    world.record().manager.jobs = 2;
    world.record().manager.processes = ["docker-machine create --driver amazonec2 runner-abc-acme-1795521741-0a1b2c3d"];
    expect(await world.done(listMachinesRequest())).toMatchObject({
      machines: { sentinel: { volume: world.volumeId, generation: 1 }, count: 0 },
      processes: ["runner-abc-acme-1795521741-0a1b2c3d"],
    });
    expect(await world.done(drainRunnerRequest(4))).toEqual({ drained: false, jobs: 2 });
    world.record().manager.jobs = 0;
    expect(await world.done(drainRunnerRequest(4))).toEqual({ drained: true, jobs: 0 });
    const signals = world.record().calls.filter(({ program, args }) => program === "docker" && args[0] === "kill");
    expect(signals).toHaveLength(1);
    await world.done(composeRequest("up", ["gitlab-runner"]));
    expect((await world.facts()).services?.find(({ name }) => name === "gitlab-runner")).toMatchObject({
      state: "running",
      image: "gitlab/gitlab-runner:v19.6.0",
    });
  });

  it("prunes the image that nothing uses any more, and no other", async () => {
    expect(await world.done(pruneImagesRequest(86_400))).toEqual({ removed: [] });
    expect(await world.done(pruneImagesRequest(0))).toEqual({ removed: ["gitlab/gitlab-runner:v19.5.1"] });
  });

  it("comes back after a stop with its volume mounted and its services running", async () => {
    await world.stop();
    await world.start();
    const facts = await world.facts([composeFile.path]);
    expect(facts.mounts[0]?.mounted).toBe(true);
    expect(facts.services?.every(({ state }) => state === "running")).toBe(true);
  });

  it("keeps its data when the instance is lost", async () => {
    await world.terminate();
    await world.launch();
    const request = prepareVolumeRequest(world.volumeId);
    expect(await world.done(request)).toMatchObject({ formatted: false, generation: 2 });
    const facts = await world.facts([composeFile.path]);
    expect(facts.files[0]).toMatchObject({ exists: true, written: null, intact: false });
    expect(facts).toMatchObject({ docker: { installed: false }, sentinel: { generation: 2 } });
  });
});

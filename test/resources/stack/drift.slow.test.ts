import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Host } from "../../../sandbox/hosts/host.ts";
import type { HostRecord } from "../../../sandbox/hosts/host-state.ts";
import { stackPaths } from "../../../shared/resources/common/stack-files.ts";
import { images } from "../../../shared/resources/stack/pins.ts";
import { actionsOn, HostFleet, planted, secretNames } from "../../harness/host-fleet.ts";
import { lookAtSandbox, Taint } from "../../harness/taint.ts";

interface Drift {
  readonly what: string;
  readonly cause: (host: { readonly files: Host; readonly record: HostRecord }) => void;
  readonly target: string;
  readonly healed: (host: { readonly files: Host; readonly record: HostRecord }) => boolean;
}

function container(record: HostRecord, service: string) {
  const found = Object.values(record.containers).find((one) => one.service === service);
  if (found === undefined) throw new Error(`there is no container of ${service}`);
  return found;
}

const compose = stackPaths.compose;

const drifts: readonly Drift[] = [
  {
    what: "the compose file is edited",
    cause: ({ files }) => files.files.write(compose, `${files.files.text(compose)}\n# mine\n`, 0o644),
    target: "stack/files/compose",
    healed: ({ files }) => !/# mine/.test(files.files.text(compose) ?? "# mine"),
  },
  {
    what: "the compose file is deleted",
    cause: ({ files }) => files.files.remove(compose),
    target: "stack/files/compose",
    healed: ({ files }) => files.files.exists(compose),
  },
  {
    what: "the compose file is truncated",
    cause: ({ files }) => files.files.write(compose, "", 0o644),
    target: "stack/files/compose",
    healed: ({ files }) => /services:/.test(files.files.text(compose) ?? ""),
  },
  {
    what: "a service is stopped",
    cause: ({ record }) => {
      const prometheus = container(record, "prometheus");
      prometheus.status = "exited";
      prometheus.stopped = true;
    },
    target: "stack/service/prometheus",
    healed: ({ record }) => container(record, "prometheus").status === "running",
  },
  {
    what: "a service's container is removed",
    cause: ({ record }) => {
      delete record.containers[container(record, "grafana").id];
    },
    target: "stack/service/grafana",
    healed: ({ record }) => Object.values(record.containers).some(({ service }) => service === "grafana"),
  },
  {
    what: "the runner's Dockerfile is changed",
    cause: ({ files }) => files.files.write(stackPaths.runnerImage, "FROM alpine\n", 0o644),
    target: "stack/files/gitlab-runner",
    healed: ({ files }) => /gitlab\/gitlab-runner:v19\.5\.1/.test(files.files.text(stackPaths.runnerImage) ?? ""),
  },
  {
    what: "Grafana's provisioning is removed",
    cause: ({ files }) => files.files.remove("/srv/fleetkeeper/stack/grafana/provisioning"),
    target: "stack/files/grafana",
    healed: ({ files }) =>
      files.files.exists(stackPaths.grafanaSources) && files.files.exists(stackPaths.grafanaDashboards),
  },
  {
    what: "a file with secrets is edited",
    cause: ({ files }) => files.files.write(stackPaths.omnibus, "external_url 'http://evil'\n", 0o600),
    target: "stack/files/gitlab",
    healed: ({ files }) => (files.files.text(stackPaths.omnibus) ?? "").includes(planted("smtp-password")),
  },
];

/** One host, made from nothing, and broken again and again. */
describe("what runs on the host", { shuffle: false }, () => {
  let fleet: HostFleet;
  let runs = 0;
  beforeAll(async () => {
    fleet = await HostFleet.open(true);
    runs = (await fleet.settle(15)).length;
  }, 120_000);
  afterAll(() => fleet.close());
  // Each test breaks things anew; within the hour that would be a fight.
  beforeEach(() => fleet.world.clock.sleep(61 * 60_000));

  it("is made from nothing to Ready in some runs, and GitLab answers", async () => {
    expect(runs).toBeLessThan(12);
    const { resources, conditions } = await fleet.status();
    expect(conditions.find(({ type }) => type === "Ready")?.reason).toBe("AllAsDeclared");
    expect(resources["stack/service/gitlab"]?.health).toEqual({ status: "Healthy" });
    const { record } = await fleet.host();
    expect(Object.values(record.containers).map(({ service, image }) => `${service} ${image}`)).toEqual(
      expect.arrayContaining([
        "gitlab gitlab/gitlab-ee:19.5.3-ee.0",
        expect.stringMatching(/^gitlab-runner fleetkeeper\/gitlab-runner:v19\.5\.1-[0-9a-f]{12}$/),
        `prometheus ${images.prometheus}`,
        `grafana ${images.grafana}`,
      ]),
    );
  });

  it("is looked at by one question a part that only reads, and nothing is written", async () => {
    // The first run after Ready notes once which sections the manager has loaded.
    await fleet.run();
    fleet.world.sandbox.calls.clear();
    const record = await fleet.run();
    expect(record.end).toBe("Ready");
    const sent = fleet.world.sandbox.calls.all().filter(({ operation }) => operation === "SendCommand");
    expect(sent.map(({ input }) => input["DocumentName"]).sort()).toEqual([
      "fleetkeeper-facts",
      "fleetkeeper-list-machines",
      "fleetkeeper-read-runner",
    ]);
    const others = fleet.world.sandbox.calls
      .all()
      .filter(
        ({ access, operation, input }) =>
          access === "write" && operation !== "SendCommand" && input["Key"] !== undefined,
      );
    expect(others.map(({ input }) => String(input["Key"]).split("/").at(-1)).sort()).toEqual([
      "heartbeat.json",
      "lease.json",
      "lease.json",
    ]);
  });

  it.each(drifts)(
    "when $what, it is found in one run and put right in at most two",
    async ({ cause, target, healed }) => {
      const host = await fleet.host();
      cause(host);
      expect(healed(host)).toBe(false);
      const records = await fleet.settle(2);
      expect(actionsOn(records[0] ?? expect.fail(), target)).toHaveLength(1);
      expect(healed(await fleet.host())).toBe(true);
    },
  );

  it("keeps the previous version of a file that was put right", async () => {
    const { files } = await fleet.host();
    files.files.write(compose, "services: {}\n", 0o644);
    await fleet.settle(2);
    const reconciler = await fleet.world.reconciler();
    const answer = await reconciler.engine.readers.commands.facts((await fleet.instance()).InstanceId);
    const told = answer.state === "known" ? answer.facts.files.find(({ path }) => path === compose) : undefined;
    expect(told?.previous.length).toBeGreaterThan(0);
  });

  it.each([
    ["a script is killed in its midst", { type: "kill", atCommand: 60 }],
    ["the agent goes away before the script", { type: "lost", when: "before" }],
    ["the agent goes away after the script", { type: "lost", when: "after" }],
    ["the output is lost", { type: "output-lost" }],
    ["the output is cut", { type: "output-cut", characters: 20 }],
  ] as const)("converges where %s", async (_, effect) => {
    const { files } = await fleet.host();
    files.files.write(compose, "services: {}\n", 0o644);
    fleet.world.hosts?.faults.add({ document: "write-files", effect });
    await fleet.settle(8);
    fleet.world.hosts?.faults.clear();
    expect((await fleet.host()).files.files.text(compose)).toMatch(/GITLAB_IMAGE/);
    await fleet.instance();
  });

  it("whose disk fills says so by a condition, and deletes images that no container uses", async () => {
    const { record } = await fleet.host();
    const space = async () => (await fleet.status()).conditions.find(({ type }) => type === "DiskSpace");
    expect(await space()).toMatchObject({ status: "True", reason: "DiskHasRoom" });
    record.images["sha256:0a"] = { id: "sha256:0a", tags: ["alpine:3.1"], taggedAt: 0 };
    Object.assign(record.diskUse ?? {}, { "/": 0.91 });
    const [found] = await fleet.settle(2);
    expect(actionsOn(found ?? expect.fail(), "stack/disk")).toEqual(["update usedPercent[/]"]);
    expect(record.images["sha256:0a"]).toBeUndefined();
    expect(await space()).toMatchObject({ status: "False", reason: "DiskFilling", message: "/ is 91 % full" });
    Object.assign(record.diskUse ?? {}, { "/": 0.4 });
    await fleet.run();
    expect(await space()).toMatchObject({ status: "True", reason: "DiskHasRoom" });
  });

  it("is unknown where the host gives no answer that counts, and nothing is done about it", async () => {
    fleet.world.hosts?.faults.add({ document: "facts", times: 99, effect: { type: "output-cut", characters: 500 } });
    const record = await fleet.run();
    fleet.world.hosts?.faults.clear();
    expect(record.actions).toEqual([]);
    expect((await fleet.unsettled()).every((line) => line.includes(" Unknown: "))).toBe(true);
    await fleet.settle(2);
  });

  it("drains the manager before its container is made anew", async () => {
    const { record } = await fleet.host();
    record.manager.jobs = 2;
    const before = container(record, "gitlab-runner").id;
    await fleet.push((body) => body.replace("    version: 19.5.1 ", "    version: 19.5.2 "));
    await fleet.run({ force: true });
    expect(container(record, "gitlab-runner").id).toBe(before);
    expect(container(record, "gitlab-runner").quitting).toBe(true);
    expect(await fleet.unsettled()).toEqual([
      "stack/service/gitlab-runner Progressing: draining the runner manager: 2 jobs are left",
    ]);
    record.manager.jobs = 0;
    await fleet.settle(4, { force: true });
    expect(container(record, "gitlab-runner").image).toMatch(/:v19\.5\.2-/);
  });

  it("lets no secret out of the file that needs it", async () => {
    const taint = new Taint();
    for (const name of secretNames) taint.plant(name);
    taint.look("status", await fleet.status());
    lookAtSandbox(taint, fleet.world.sandbox, {
      allowedCall: ({ operation, input }) =>
        operation === "PutParameter" ||
        (operation === "PutObject" && (input as { Bucket?: unknown }).Bucket === "acme-gitlab-backups"),
      // A backup without the configuration's secrets can't be restored: they go from the host to its bucket, encrypted.
      allowedState: (path) => path.includes("parameters") || path.includes("s3.buckets.acme-gitlab-backups.objects."),
    });
    expect(taint.leaks()).toEqual([]);
    const { files } = await fleet.host();
    expect(files.files.text(stackPaths.certificateKey)).toContain(planted("tls-key"));
  });
});

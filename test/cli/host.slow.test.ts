import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type HostFleet, planted } from "../harness/host-fleet.ts";
import { TypedFleet } from "../harness/typed-fleet.ts";

describe("commands for the host", { shuffle: false }, () => {
  let fleet: HostFleet;
  let typed: TypedFleet;
  const type = (line: string) => typed.type(line);
  beforeAll(async () => {
    typed = await TypedFleet.open();
    fleet = typed.fleet;
  });
  afterAll(() => typed[Symbol.asyncDispose]());

  it("facts tells what runs", async () => {
    const { exit, stdout, stderr } = await type("facts");
    expect(stderr).toBe("");
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^gitlab {5}19\.5\.3-ee, readiness 200$/m);
    expect(stdout).toMatch(/^service {4}prometheus running, prom\/prometheus:v[\d.]+$/m);
  });

  it("logs shows a service's lines, and says what it doesn't know", async () => {
    expect(await type("logs gitlab --lines 5")).toMatchObject({ exit: 0, stdout: "gitlab started\n" });
    const { exit, stderr } = await type("logs nothing");
    expect(exit).toBe(1);
    expect(stderr).toContain("NoSuchService");
  });

  it("root-password moves it into Parameter Store and shows it, again and again, and it is in no command", async () => {
    const first = await type("root-password");
    expect(first.exit).toBe(0);
    expect(first.stdout).toMatch(/^[A-Z2-7]{32}\n$/);
    expect((await type("root-password")).stdout).toBe(first.stdout);
    const ssm = Object.entries(fleet.world.sandbox.states.dump()["ssm/eu-central-1"] ?? {});
    const sent = JSON.stringify(ssm.filter(([name]) => name === "commands" || name === "invocations"));
    expect(sent).toContain("fleetkeeper-root-password");
    expect(sent).not.toContain(first.stdout.trim());
    expect(sent).not.toContain(planted("smtp-password"));
  });

  it("services stops, and the next run starts", async () => {
    expect((await type("services stop prometheus")).stdout).toMatch(/fleetkeeper suspend/);
    const { record } = await fleet.host();
    const prometheus = () => Object.values(record.containers).find(({ service }) => service === "prometheus");
    expect(prometheus()?.status).toBe("exited");
    await fleet.settle(2);
    expect(prometheus()?.status).toBe("running");
  });

  it("services restarts the manager after its last job", async () => {
    const { record } = await fleet.host();
    const manager = () => Object.values(record.containers).find(({ service }) => service === "gitlab-runner");
    const before = manager()?.id;
    expect((await type("services restart gitlab-runner")).exit).toBe(0);
    expect(manager()?.status).toBe("running");
    expect(manager()?.id).not.toBe(before);
    expect((await fleet.run()).end).toBe("Ready");
  });
});

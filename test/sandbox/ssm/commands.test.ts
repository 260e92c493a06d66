import { DescribeInstancesCommand, StopInstancesCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import {
  CancelCommandCommand,
  ListCommandInvocationsCommand,
  ListCommandsCommand,
  type SendCommandCommandInput,
} from "@aws-sdk/client-ssm";
import { describe, expect, it } from "vitest";
import { setAgent } from "../../../sandbox/services/ssm/registrations.ts";
import { ssmStateKey } from "../../../sandbox/services/ssm/service.ts";
import { awsError, contextOf } from "../sdk-world.ts";
import { hostWorld, ScriptedHost } from "./command-world.ts";

describe("a managed node", () => {
  it("appears some time after its instance runs, falls silent with it, and is forgotten", async () => {
    const { clock, ping, ec2, InstanceId, send } = await hostWorld();
    await clock.advance(20_000);
    expect(await ping()).toEqual([]);
    await expect(send()).rejects.toEqual(awsError("InvalidInstanceId"));
    await clock.advance(50_000);
    expect(await ping()).toEqual(["Online"]);
    await ec2.send(new StopInstancesCommand({ InstanceIds: [InstanceId] }));
    await clock.advance(400_000);
    expect(await ping()).toEqual(["ConnectionLost"]);
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] }));
    await clock.advance(60_000);
    expect(await ping()).toEqual([]);
  });

  it("falls silent when its agent dies, and takes what waited once it is back", async () => {
    const { clock, ping, register, send, read, sandbox, InstanceId } = await hostWorld();
    await register();
    const context = contextOf(sandbox, ssmStateKey());
    setAgent(InstanceId, false, context);
    const id = await send();
    await clock.advance(400_000);
    expect(await ping()).toEqual(["ConnectionLost"]);
    expect(await read(id)).toMatchObject({ Status: "Delayed" });
    setAgent(InstanceId, true, context);
    await read(id);
    await clock.advance(5000);
    expect(await read(id)).toMatchObject({ Status: "Success" });
  });

  it("never appears without a role that lets its agent report", async () => {
    const { clock, ping } = await hostWorld({ withRole: false });
    await clock.advance(600_000);
    expect(await ping()).toEqual([]);
  });
});

describe("a command", () => {
  it("isn't there at once, then runs, then has its output", async () => {
    const runner = new ScriptedHost();
    const { clock, register, send, read, ssm } = await hostWorld({ runner });
    await register();
    const id = await send();
    await expect(read(id)).rejects.toEqual(awsError("InvocationDoesNotExist"));
    await clock.advance(600);
    expect(await read(id)).toMatchObject({ Status: "Pending", ResponseCode: -1, StandardOutputContent: "" });
    await clock.advance(500);
    expect(await read(id)).toMatchObject({ Status: "InProgress", StandardOutputContent: "" });
    await clock.advance(1000);
    expect(await read(id)).toMatchObject({ Status: "Success", ResponseCode: 0, StandardOutputContent: "done\n" });
    const { Commands } = await ssm.send(new ListCommandsCommand({ CommandId: id }));
    expect(Commands).toMatchObject([{ Status: "Success", CompletedCount: 1, ErrorCount: 0 }]);
    expect(runner.steps).toHaveLength(1);
  });

  it("hands parameters over by environment, never in the script", async () => {
    const runner = new ScriptedHost();
    const { clock, register, send, read } = await hostWorld({ runner });
    await register();
    const id = await send({ Parameters: { name: ["$(reboot);"] } });
    await clock.advance(5000);
    await read(id);
    expect(runner.steps[0]?.environment).toMatchObject({ SSM_name: "$(reboot);" });
    expect(runner.steps[0]?.script).toBe('echo "hello $SSM_name"\necho short\n');
  });

  it("runs although nobody looks", async () => {
    const runner = new ScriptedHost();
    const { clock, register, send } = await hostWorld({ runner });
    await register();
    await send();
    await clock.advance(5000);
    expect(runner.steps).toHaveLength(1);
  });

  it.each([
    ["a parameter that the document doesn't have", { Parameters: { name: ["x"], other: ["y"] } }, "InvalidParameters"],
    ["a required parameter left out", { Parameters: {} }, "InvalidParameters"],
    ["a value against its pattern", { Parameters: { name: ["X"] } }, "InvalidParameters"],
    ["a value that isn't allowed", { Parameters: { name: ["x"], mode: ["other"] } }, "InvalidParameters"],
    ["a document that doesn't exist", { DocumentName: "none" }, "InvalidDocument"],
    ["a version that doesn't exist", { DocumentVersion: "9" }, "InvalidDocumentVersion"],
    ["another content's hash", { DocumentHash: "0".repeat(64), DocumentHashType: "Sha256" }, "InvalidDocument"],
    ["a delivery timeout under 30 s", { TimeoutSeconds: 10 }, "ValidationException"],
  ] as const)("with %s is refused", async (_what, more, code) => {
    const { register, send } = await hostWorld();
    await register();
    await expect(send(more as Partial<SendCommandCommandInput>)).rejects.toEqual(awsError(code));
  });

  it.each([
    [{ kind: "exited", exitCode: 3, stdout: "", stderr: "no" }, "Failed", "Failed", 3],
    [{ kind: "timed-out", stdout: "", stderr: "" }, "TimedOut", "ExecutionTimedOut", -1],
  ] as const)("that ends as %o is %s", async (answer, Status, StatusDetails, ResponseCode) => {
    const runner = new ScriptedHost();
    runner.answer = answer;
    const { clock, register, send, read } = await hostWorld({ runner });
    await register();
    const id = await send();
    await clock.advance(5000);
    expect(await read(id)).toMatchObject({ Status, StatusDetails, ResponseCode });
  });

  it("whose agent goes away times out", async () => {
    const runner = new ScriptedHost();
    runner.answer = { kind: "lost" };
    const { clock, register, send, read } = await hostWorld({ runner });
    await register();
    const id = await send({ TimeoutSeconds: 30 });
    await clock.advance(5000);
    expect(await read(id)).toMatchObject({ Status: "InProgress" });
    await clock.advance(90_000);
    expect(await read(id)).toMatchObject({ Status: "TimedOut", StatusDetails: "ExecutionTimedOut" });
    expect(runner.steps).toHaveLength(1);
  });

  it("to a stopped host is delayed, and its delivery times out", async () => {
    const { clock, register, send, read, ec2, InstanceId } = await hostWorld();
    await register();
    await ec2.send(new StopInstancesCommand({ InstanceIds: [InstanceId] }));
    await clock.advance(60_000);
    const id = await send({ TimeoutSeconds: 30 });
    await clock.advance(5000);
    expect(await read(id)).toMatchObject({ Status: "Delayed" });
    await clock.advance(90_000);
    expect(await read(id)).toMatchObject({ Status: "TimedOut", StatusDetails: "DeliveryTimedOut", ResponseCode: -1 });
  });

  it("to a host that is terminated before delivery can't be delivered", async () => {
    const { clock, register, send, read, ec2, InstanceId } = await hostWorld();
    await register();
    await ec2.send(new StopInstancesCommand({ InstanceIds: [InstanceId] }));
    await clock.advance(60_000);
    const id = await send();
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] }));
    await clock.advance(60_000);
    expect(await read(id)).toMatchObject({ StatusDetails: "Undeliverable" });
    expect((await ec2.send(new DescribeInstancesCommand({}))).Reservations).toHaveLength(1);
  });

  it("is cancelled before it starts", async () => {
    const runner = new ScriptedHost();
    const { clock, register, send, read, ssm } = await hostWorld({ runner });
    await register();
    const id = await send();
    await ssm.send(new CancelCommandCommand({ CommandId: id }));
    await clock.advance(5000);
    expect(await read(id)).toMatchObject({ Status: "Cancelled" });
    expect(runner.steps).toEqual([]);
  });

  it("loses the end of what is over 24,000 and 8,000 characters, in lists over 2,500", async () => {
    const runner = new ScriptedHost();
    runner.answer = { kind: "exited", exitCode: 1, stdout: "o".repeat(30_000), stderr: "e".repeat(9000) };
    const { clock, register, send, read, ssm } = await hostWorld({ runner });
    await register();
    const id = await send();
    await clock.advance(5000);
    const answer = await read(id);
    expect(answer.StandardOutputContent).toHaveLength(24_000);
    expect(answer.StandardErrorContent).toHaveLength(8000);
    const listed = await ssm.send(new ListCommandInvocationsCommand({ CommandId: id, Details: true }));
    expect(listed.CommandInvocations?.[0]?.CommandPlugins?.[0]?.Output).toHaveLength(2500);
  });

  it("without a runner fails and says that it was recorded only", async () => {
    const { recordingRunner } = await import("../../../sandbox/services/ssm/host-runner.ts");
    const { clock, register, send, read } = await hostWorld({ runner: recordingRunner });
    await register();
    const id = await send();
    await clock.advance(5000);
    const answer = await read(id);
    expect(answer).toMatchObject({ Status: "Failed", ResponseCode: 254 });
    expect(answer.StandardErrorContent).toContain("recorded, not executed");
  });
});

import {
  CancelSpotInstanceRequestsCommand,
  DescribeInstancesCommand,
  DescribeSpotInstanceRequestsCommand,
  DescribeTagsCommand,
  RequestSpotInstancesCommand,
  type RequestSpotInstancesCommandInput,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { ec2StateKey } from "../../../sandbox/services/ec2/service.ts";
import { interruptSpotInstance } from "../../../sandbox/services/ec2/spot-life.ts";
import { DEFAULT_WORLD } from "../../../sandbox/services/ec2/world.ts";
import { awsError, contextOf, sdkWorld } from "../sdk-world.ts";

const LaunchSpecification = {
  ImageId: "ami-0b1b2c3d4e5f60001",
  InstanceType: "m5.large",
  SubnetId: DEFAULT_WORLD.machineSubnetIds[0],
} as const;

function spotWorld() {
  const world = sdkWorld();
  const { ec2, sandbox } = world;
  const state = sandbox.state(ec2StateKey());
  return {
    ...world,
    state,
    async request(more: Partial<RequestSpotInstancesCommandInput> = {}) {
      const answer = await ec2.send(new RequestSpotInstancesCommand({ LaunchSpecification, ...more }));
      return answer.SpotInstanceRequests?.[0]?.SpotInstanceRequestId ?? "";
    },
    async read(id: string) {
      const answer = await ec2.send(new DescribeSpotInstanceRequestsCommand({ SpotInstanceRequestIds: [id] }));
      return answer.SpotInstanceRequests?.[0];
    },
    cancel: (id: string) => ec2.send(new CancelSpotInstanceRequestsCommand({ SpotInstanceRequestIds: [id] })),
    async instances() {
      const answer = await ec2.send(
        new DescribeInstancesCommand({ Filters: [{ Name: "instance-state-name", Values: ["pending", "running"] }] }),
      );
      return (answer.Reservations ?? []).flatMap((reservation) => reservation.Instances ?? []);
    },
  };
}

describe("a spot request", () => {
  it("is open, then active with an instance that has no tags of its own", async () => {
    const { clock, request, read, instances, ec2 } = spotWorld();
    const Tags = [{ Key: "Name", Value: "runner" }];
    const id = await request({ TagSpecifications: [{ ResourceType: "spot-instances-request", Tags }] });
    expect(await read(id)).toMatchObject({ State: "open", Status: { Code: "pending-evaluation" }, Tags });
    expect(await instances()).toEqual([]);
    await clock.advance(6000);
    const [instance] = await instances();
    expect(await read(id)).toMatchObject({
      State: "active",
      Status: { Code: "fulfilled" },
      InstanceId: instance?.InstanceId,
    });
    expect(instance).toMatchObject({ InstanceLifecycle: "spot", SpotInstanceRequestId: id, Tags: [] });
    const tags = await ec2.send(new DescribeTagsCommand({ Filters: [{ Name: "key", Values: ["Name"] }] }));
    expect(tags.Tags?.map((tag) => tag.ResourceId)).toContain(id);
  });

  it("cancelled before evaluation starts nothing", async () => {
    const { clock, request, read, cancel, instances } = spotWorld();
    const id = await request();
    await cancel(id);
    await clock.advance(60_000);
    expect(await read(id)).toMatchObject({ State: "cancelled", Status: { Code: "canceled-before-fulfillment" } });
    expect(await instances()).toEqual([]);
  });

  it("cancelled while its launch is under way still starts an instance", async () => {
    const { clock, request, read, cancel, instances } = spotWorld();
    const id = await request();
    await clock.advance(4000);
    expect(await read(id)).toMatchObject({ Status: { Code: "pending-fulfillment" } });
    await cancel(id);
    await clock.advance(4000);
    expect(await read(id)).toMatchObject({
      State: "cancelled",
      Status: { Code: "request-canceled-and-instance-running" },
    });
    expect(await instances()).toHaveLength(1);
  });

  it("cancelled when active leaves its instance running", async () => {
    const { clock, request, read, cancel, instances } = spotWorld();
    const id = await request();
    await clock.advance(60_000);
    await cancel(id);
    await clock.advance(60_000);
    expect(await instances()).toMatchObject([{ State: { Name: "running" } }]);
    expect((await read(id))?.State).toBe("cancelled");
  });

  it("waits while its price is too low, and is fulfilled once the market falls", async () => {
    const { clock, request, read, state } = spotWorld();
    const id = await request({ SpotPrice: "0.01" });
    await clock.advance(60_000);
    expect(await read(id)).toMatchObject({ State: "open", Status: { Code: "price-too-low" } });
    state.spotMarket.prices["m5.large"] = 0.009;
    await clock.advance(120_000);
    expect(await read(id)).toMatchObject({ State: "active" });
  });

  it("closes with its instance if it is one-time, and opens again if it is persistent", async () => {
    const { clock, request, read, ec2 } = spotWorld();
    const once = await request();
    const persistent = await request({ Type: "persistent" });
    await clock.advance(60_000);
    const first = (await read(persistent))?.InstanceId ?? "";
    const ids = [(await read(once))?.InstanceId ?? "", first];
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: ids }));
    await clock.advance(60_000);
    expect(await read(once)).toMatchObject({ State: "closed", Status: { Code: "instance-terminated-by-user" } });
    const again = await read(persistent);
    expect(again).toMatchObject({ State: "active", Status: { Code: "fulfilled" } });
    expect(again?.InstanceId).not.toBe(first);
  });

  it("is told two minutes ahead when AWS wants the capacity back", async () => {
    const { clock, request, read, instances, sandbox } = spotWorld();
    const id = await request();
    await clock.advance(60_000);
    const instanceId = (await read(id))?.InstanceId ?? "";
    interruptSpotInstance(instanceId, contextOf(sandbox, ec2StateKey()));
    expect((await read(id))?.Status?.Code).toBe("marked-for-termination");
    await clock.advance(119_000);
    expect(await instances()).toHaveLength(1);
    await clock.advance(1000);
    expect(await instances()).toEqual([]);
    await clock.advance(30_000);
    expect(await read(id)).toMatchObject({ State: "closed", Status: { Code: "instance-terminated-no-capacity" } });
  });
});

describe("spot by RunInstances", () => {
  const run = (MaxPrice?: string) =>
    new RunInstancesCommand({
      ...LaunchSpecification,
      MinCount: 1,
      MaxCount: 1,
      InstanceMarketOptions: { MarketType: "spot", SpotOptions: { MaxPrice } },
      TagSpecifications: [{ ResourceType: "spot-instances-request", Tags: [{ Key: "a", Value: "b" }] }],
    });

  it("makes a request that alone carries the tags", async () => {
    const { ec2, read } = spotWorld();
    const { Instances } = await ec2.send(run());
    const [instance] = Instances ?? [];
    expect(instance?.Tags).toEqual([]);
    expect(await read(instance?.SpotInstanceRequestId ?? "")).toMatchObject({
      State: "active",
      Tags: [{ Key: "a", Value: "b" }],
    });
  });

  it("fails at once for want of money or capacity", async () => {
    const { ec2, state } = spotWorld();
    await expect(ec2.send(run("0.001"))).rejects.toEqual(awsError("SpotMaxPriceTooLow"));
    state.spotMarket.capacity["*"] = "none";
    await expect(ec2.send(run())).rejects.toEqual(awsError("InsufficientInstanceCapacity"));
  });
});

import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  RevokeSecurityGroupIngressCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import fc from "fast-check";
import { expect, it } from "vitest";
import { DEFAULT_WORLD } from "../../../sandbox/services/ec2/world.ts";
import { sdkWorld } from "../sdk-world.ts";

const rule = fc.record({
  port: fc.constantFrom(22, 80, 443),
  cidr: fc.constantFrom("10.0.0.0/8", "203.0.113.0/24", "0.0.0.0/0"),
});
const edit = fc.record({
  add: fc.boolean(),
  rules: fc.uniqueArray(rule, { minLength: 1, maxLength: 3, selector: text }),
});

function text({ port, cidr }: { readonly port: number; readonly cidr: string }): string {
  return `${port} ${cidr}`;
}

it("a group's permissions are the set that authorizing and revoking comes to, each call taken whole or not at all", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { maxLength: 12 }), async (edits) => {
      const { ec2 } = sdkWorld();
      const { GroupId } = await ec2.send(
        new CreateSecurityGroupCommand({ GroupName: "web", Description: "web", VpcId: DEFAULT_WORLD.vpcId }),
      );
      let model = new Set<string>();
      for (const { add, rules } of edits) {
        const IpPermissions = rules.map(({ port, cidr }) => ({
          IpProtocol: "tcp",
          FromPort: port,
          ToPort: port,
          IpRanges: [{ CidrIp: cidr }],
        }));
        const keys = rules.map(text);
        const fits = keys.every((key) => model.has(key) !== add);
        const call = add
          ? ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }))
          : ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
        await (fits ? call : expect(call).rejects.toThrow());
        if (fits) model = add ? new Set([...model, ...keys]) : new Set([...model].filter((key) => !keys.includes(key)));
      }
      const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [GroupId ?? ""] }));
      const shown = (SecurityGroups?.[0]?.IpPermissions ?? []).flatMap(({ FromPort, IpRanges }) =>
        (IpRanges ?? []).map(({ CidrIp }) => `${FromPort} ${CidrIp}`),
      );
      expect(new Set(shown)).toEqual(model);
      expect(shown).toHaveLength(model.size);
    }),
    { numRuns: 40 },
  );
});

const NEXT: Readonly<Record<string, readonly string[]>> = {
  pending: ["running", "shutting-down"],
  running: ["stopping", "shutting-down"],
  stopping: ["stopped", "shutting-down"],
  stopped: ["pending", "shutting-down"],
  "shutting-down": ["terminated"],
  terminated: [],
};

/** Whether one state can come after another, with states in between that nobody saw. */
function reachable(from: string, to: string, seen: ReadonlySet<string> = new Set()): boolean {
  if (from === to) return true;
  return !seen.has(from) && (NEXT[from] ?? []).some((next) => reachable(next, to, new Set([...seen, from])));
}

it("an instance never goes a way that EC2 doesn't know, whatever is asked of it and when", async () => {
  const step = fc.oneof(
    fc.constantFrom("start" as const, "stop" as const),
    fc.integer({ min: 1000, max: 60_000 }),
    fc.constant("terminate" as const),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
      const { ec2, clock } = sdkWorld();
      const { Instances } = await ec2.send(
        new RunInstancesCommand({
          ImageId: "ami-0a1b2c3d4e5f60004",
          InstanceType: "t3.large",
          MinCount: 1,
          MaxCount: 1,
          SubnetId: DEFAULT_WORLD.hostSubnetId,
        }),
      );
      const InstanceIds = [Instances?.[0]?.InstanceId ?? ""];
      const read = async () => {
        const answer = await ec2.send(new DescribeInstancesCommand({ InstanceIds }));
        return answer.Reservations?.[0]?.Instances?.[0];
      };
      let last = "pending";
      for (const what of steps) {
        const refused = () => undefined;
        if (typeof what === "number") await clock.advance(what);
        else if (what === "start") await ec2.send(new StartInstancesCommand({ InstanceIds })).catch(refused);
        else if (what === "stop") await ec2.send(new StopInstancesCommand({ InstanceIds })).catch(refused);
        else await ec2.send(new TerminateInstancesCommand({ InstanceIds }));
        const instance = await read();
        const now = instance?.State?.Name ?? "";
        expect(reachable(last, now), `${last} to ${now}`).toBe(true);
        expect(instance?.NetworkInterfaces).toHaveLength(now === "terminated" ? 0 : 1);
        expect(instance?.BlockDeviceMappings).toHaveLength(now === "terminated" ? 0 : 1);
        last = now;
      }
    }),
    { numRuns: 40 },
  );
});

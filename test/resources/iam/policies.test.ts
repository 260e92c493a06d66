import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "../../../shared/engine/json.ts";
import { type PolicyDocument, renderPolicy } from "../../../shared/resources/common/policy-document.ts";
import { iamDesired } from "../../../shared/resources/iam/desired.ts";
import type { RoleDesired } from "../../../shared/resources/iam/role.ts";
import { fleetOf } from "../sample-fleet.ts";

const sample = fleetOf();
const outputs = { bucket: "acme-state", prefixOf: (fleet: string) => `fleets/${fleet}/outputs/` };

function roleOf(name: "host" | "machine", fleet = sample): RoleDesired {
  const role = iamDesired(fleet, { outputs }).get(`role/${name}`);
  if (role?.type !== "role") throw new Error("no role");
  return role;
}

function list(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.map(String) : value === undefined ? [] : [String(value)];
}

const allStatements = (role: RoleDesired) => Object.values(role.policies).flatMap((policy) => policy.Statement);

/** The statements that could allow an action, by IAM's own wildcards. */
function allowing(role: RoleDesired, action: string): readonly JsonObject[] {
  return allStatements(role).filter(
    (statement) => statement["Effect"] === "Allow" && list(statement["Action"]).includes(action),
  );
}

describe("the host's role", () => {
  const host = roleOf("host");

  test("names each statement once, for IAM refuses a document that doesn't", () => {
    const sids = allStatements(host).map(({ Sid }) => Sid);
    expect(new Set(sids).size).toBe(sids.length);
  });

  test("grants no action by wildcard", () => {
    for (const statement of allStatements(host)) {
      for (const action of list(statement["Action"])) expect(action).not.toContain("*");
    }
  });

  test("writes to EC2 only what is bounded by profile, subnet, group of the fleet, or key pair name", () => {
    const unbounded = allStatements(host).filter(
      (statement) =>
        list(statement["Action"]).some((action) => action.startsWith("ec2:") && !action.startsWith("ec2:Describe")) &&
        list(statement["Resource"]).some((resource) => resource === "*" || !resource.includes(":eu-central-1:")),
    );
    expect(unbounded).toEqual([]);
    for (const action of ["ec2:TerminateInstances", "ec2:StopInstances", "ec2:RunInstances"]) {
      const onInstances = allowing(host, action).filter((each) =>
        list(each["Resource"]).some((r) => r.endsWith("instance/*")),
      );
      expect(onInstances).toHaveLength(1);
      expect(onInstances[0]?.["Condition"]).toEqual({
        ArnLike: {
          "ec2:InstanceProfile": ["arn:aws:iam::123456789012:instance-profile/fleetkeeper/acme/acme-machine"],
        },
      });
    }
  });

  test("terminates by profile and never by tag: docker-machine tags after the launch", () => {
    for (const statement of allowing(host, "ec2:TerminateInstances")) {
      expect(JSON.stringify(statement)).not.toMatch(/Tag/);
    }
  });

  test("passes the machines' role alone, and to EC2 alone", () => {
    expect(allowing(host, "iam:PassRole")).toEqual([
      {
        Sid: "PassMachineRole",
        Effect: "Allow",
        Action: ["iam:PassRole"],
        Resource: ["arn:aws:iam::123456789012:role/fleetkeeper/acme/acme-machine"],
        Condition: { StringEquals: { "iam:PassedToService": ["ec2.amazonaws.com"] } },
      },
    ]);
  });

  test("makes and deletes key pairs of its own fleet's names only", () => {
    for (const action of ["ec2:ImportKeyPair", "ec2:DeleteKeyPair"]) {
      expect(allowing(host, action).flatMap((statement) => list(statement["Resource"]))).toEqual([
        "arn:aws:ec2:eu-central-1:123456789012:key-pair/runner-*-acme-*",
      ]);
    }
  });

  test("never opens a security group: docker-machine would, to the world", () => {
    const actions = allStatements(host).flatMap((statement) => list(statement["Action"]));
    expect(actions.filter((action) => /SecurityGroup/.test(action))).toEqual(["ec2:DescribeSecurityGroups"]);
  });

  test("reads its own fleet's parameters, and of the state bucket writes its outputs alone", () => {
    for (const statement of allowing(host, "ssm:GetParameter")) {
      for (const resource of list(statement["Resource"]))
        expect(resource).toMatch(/:parameter\/fleetkeeper\/acme(\/\*)?$/);
    }
    const state = allStatements(host).filter((statement) =>
      JSON.stringify(statement["Resource"]).includes("acme-state"),
    );
    expect(state.flatMap((statement) => list(statement["Action"]))).toEqual([
      "s3:AbortMultipartUpload",
      "s3:PutObject",
    ]);
    expect(state.flatMap((statement) => list(statement["Resource"]))).toEqual([
      "arn:aws:s3:::acme-state/fleets/acme/outputs/*",
    ]);
  });

  test("without a state bucket gets nothing of it", () => {
    const role = iamDesired(sample, {}).get("role/host");
    expect(JSON.stringify(role)).not.toContain("outputs");
  });

  test("is the same document whoever plans, also without an account id", () => {
    const fleet = fleetOf(['  accountId: "123456789012"\n', ""]);
    const statement = allowing(roleOf("host", fleet), "iam:PassRole")[0];
    expect(statement?.["Resource"]).toEqual(["arn:aws:iam::*:role/fleetkeeper/acme/acme-machine"]);
  });

  test("fits IAM's 10,240 characters of inline policies with the longest name, 16 subnets and a KMS key", () => {
    const subnets = Array.from({ length: 16 }, (_, index) => `subnet-${String(index).padStart(17, "a")}`).join(", ");
    const big = fleetOf(
      ["name: acme ", `name: ${"a".repeat(31)} `],
      ["subnet-0bbbbbbbbbbbbbbb2, subnet-0ccccccccccccccc3", subnets],
      [
        "bucket: acme-gitlab-cache",
        `bucket: ${"b".repeat(63)}, encryption: { type: SSE-KMS, key: alias/${"k".repeat(250)} }`,
      ],
    );
    const size = Object.values(roleOf("host", big).policies).reduce((sum, each) => sum + renderPolicy(each).length, 0);
    expect(size).toBeLessThan(10_240);
  });
});

describe("the machines' role", () => {
  test("can speak to SSM and do nothing else: no parameter, no bucket, no EC2", () => {
    const machine = roleOf("machine");
    expect(Object.keys(machine.policies)).toEqual(["agent"]);
    expect(machine.attachments).toEqual([]);
    const actions = allStatements(machine).flatMap((statement) => list(statement["Action"]));
    expect(actions.filter((action) => !/^(ssmmessages|ec2messages):/.test(action))).toEqual([
      "ssm:UpdateInstanceInformation",
    ]);
  });
});

test("both roles trust EC2 of the fleet's own partition and nobody else", () => {
  const china = fleetOf(["region: eu-central-1", "region: cn-north-1"]);
  const principal = (policy: PolicyDocument) => policy.Statement.map((statement) => statement["Principal"]);
  expect(principal(roleOf("machine").trust)).toEqual([{ Service: ["ec2.amazonaws.com"] }]);
  expect(principal(roleOf("machine", china).trust)).toEqual([{ Service: ["ec2.amazonaws.com.cn"] }]);
  expect(JSON.stringify(roleOf("host", china))).not.toContain("arn:aws:");
});

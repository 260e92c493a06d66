import { describe, expect, it } from "vitest";
import { parseFleet } from "../../../shared/desired/fleet.ts";
import type { Problem } from "../../../shared/desired/problem.ts";

interface Parts {
  readonly runners?: object;
  readonly manager?: object;
  readonly fleet?: object;
  readonly machine?: object;
}

function file({ runners = {}, manager = {}, fleet = {}, machine = {} }: Parts): string {
  return JSON.stringify({
    apiVersion: "fleetkeeper.dev/v1",
    kind: "GitLabFleet",
    metadata: { name: "acme" },
    spec: {
      mode: "Enforce",
      region: "eu-central-1",
      network: {
        vpcId: "vpc-0a1b2c3d4e5f60718",
        hostSubnetId: "subnet-0aaaaaaaaaaaaaaa1",
        machineSubnetIds: ["subnet-0bbbbbbbbbbbbbbb2"],
        allowedCidrs: ["203.0.113.0/24"],
      },
      cache: { bucket: "acme-gitlab-cache" },
      runners: {
        gitlab: { url: "https://gitlab.example.com" },
        manager: { concurrent: 20, ...manager },
        fleets: [
          {
            name: "build",
            executor: "docker+machine",
            limit: 20,
            machine: { idleTime: "30m", instanceType: "m6i.large", ...machine },
            ...fleet,
          },
        ],
        ...runners,
      },
    },
  });
}

function problems(parts: Parts): readonly Problem[] {
  const result = parseFleet(file(parts), "acme.fleet.yaml");
  return result.ok ? result.warnings : result.problems;
}

const autoscaler = { executor: "docker-autoscaler", machine: undefined };

describe("a good file", () => {
  it("has neither errors nor warnings", () => {
    expect(problems({})).toEqual([]);
  });
});

describe("a file is refused for", () => {
  it.each<[string, Parts, string, RegExp]>([
    ["metrics where the host can't reach them", { manager: { listenAddress: ":9300" } }, "listenAddress", /metrics/],
    ["no metrics", { manager: { listenAddress: "127.0.0.1:9252" } }, "listenAddress", /metrics/],
    ["a tag that GitLab takes for two", { fleet: { registration: { tags: ["a,b"] } } }, "tags[0]", /not valid/],
    ["a tag that GitLab trims", { fleet: { registration: { tags: ["docker "] } } }, "tags[0]", /not valid/],
    [
      "a period with five fields",
      { machine: { autoscaling: [{ periods: ["* 9-17 * * mon-fri"], idleTime: "1h" }] } },
      "periods[0]",
      /seven are meant/,
    ],
    [
      "a period that never matches",
      { machine: { autoscaling: [{ periods: ["* * 22-6 * * * *"] }] } },
      "periods[0]",
      /never matches/,
    ],
    [
      "a period that can't be read",
      { machine: { autoscaling: [{ periods: ["* * 25 * * * *"] }] } },
      "periods[0]",
      /is no hour/,
    ],
    [
      "a time zone that doesn't exist",
      { machine: { autoscaling: [{ periods: ["* * * * * * *"], timezone: "Asia/Tokio" }] } },
      "timezone",
      /no such time zone/,
    ],
    [
      "a time zone in the wrong case",
      { machine: { autoscaling: [{ periods: ["* * * * * * *"], timezone: "europe/berlin" }] } },
      "timezone",
      /have case/,
    ],
    ["more idle machines than the limit", { machine: { idleCount: 21 } }, "idleCount", /21 idle machines/],
    [
      "an option that the driver doesn't know",
      { machine: { options: ["amazonec2-spot-prize=1"] } },
      "options[0]",
      /no option/,
    ],
    [
      "an option that a field sets too",
      { machine: { options: ["amazonec2-instance-type=t3.small"] } },
      "options[0]",
      /set twice/,
    ],
    [
      "an access key among the options",
      { machine: { options: ["amazonec2-access-key=x"] } },
      "options[0]",
      /no secret/,
    ],
    ["a machine name without %s", { machine: { machineName: "build" } }, "machineName", /%s exactly once/],
    [
      "a machine name that makes host names too long",
      { machine: { machineName: `${"b".repeat(30)}-%s` } },
      "machineName",
      /64 at most/,
    ],
    ["open security groups", { machine: { securityGroupReadonly: false } }, "securityGroupReadonly", /whole internet/],
    [
      "a cache bucket without its region",
      { fleet: { cache: { type: "s3", s3: { bucketName: "other" } } } },
      "s3",
      /without its region/,
    ],
    [
      "KMS without a key",
      { fleet: { cache: { type: "s3", s3: { serverSideEncryption: "KMS" } } } },
      "serverSideEncryption",
      /KeyId/,
    ],
    ["no tags and no untagged jobs", { fleet: { registration: { runUntagged: false } } }, "tags", /no tags/],
    ["a group's runner without its group", { fleet: { registration: { scope: "group" } } }, "groupId", /missing/],
    ["docker+machine where it is gone", { runners: { version: "20.0.1" } }, "executor", /gone/],
    [
      "registration tokens where they are gone",
      {
        runners: {
          version: "20.1.0",
          gitlab: { url: "https://gitlab.example.com", registrationTokenSecret: "registration" },
        },
        fleet: { ...autoscaler, autoscaler: { maxInstances: 2 }, registration: { flow: "registration-token" } },
      },
      "flow",
      /gone/,
    ],
    [
      "a key in the wrong table",
      { fleet: { extraConfig: { cache: { volumes: ["/x:/x"] } } } },
      "volumes",
      /ignores cache.volumes here/,
    ],
    ["a key set twice", { fleet: { extraConfig: { limit: 3 } } }, "limit", /set twice/],
    [
      "a value of the wrong type",
      { fleet: { extraConfig: { monitoring: { job_queuing_durations: "x" } } } },
      "job_queuing_durations",
      /not the type/,
    ],
    ["the runner's own key", { fleet: { extraConfig: { id: 7 } } }, "id", /not a key of extraConfig/],
    ["sections in extraConfig", { manager: { extraConfig: { runners: [] } } }, "runners", /not a key of extraConfig/],
    ["a secret among the variables", { fleet: { environment: ["API_TOKEN=abc"] } }, "environment[0]", /secret/],
    ["concurrent below 1", { manager: { concurrent: 0 } }, "concurrent", /not valid/],
    ["an executor that is no more", { fleet: { executor: "docker-ssh+machine" } }, "executor", /not valid/],
    [
      "more idle jobs than all instances run",
      { fleet: { ...autoscaler, autoscaler: { maxInstances: 2, policies: [{ idleCount: 3 }] } } },
      "idleCount",
      /together run 2/,
    ],
    [
      "a policy's period with seven fields",
      { fleet: { ...autoscaler, autoscaler: { maxInstances: 2, policies: [{ periods: ["* * * * * * *"] }] } } },
      "periods[0]",
      /five are meant/,
    ],
  ])("%s", (_, parts, place, message) => {
    const errors = problems(parts).filter((problem) => problem.severity === "error");
    expect(errors.map((error) => `${pathEnd(error)}: ${error.message}`)).toEqual([expect.stringMatching(message)]);
    expect(pathEnd(errors[0])).toBe(place);
  });
});

describe("a file is warned of", () => {
  it.each<[string, Parts, string, RegExp]>([
    ["a limit above concurrent", { fleet: { limit: 30 } }, "limit", /never reached/],
    ["no limit", { fleet: { limit: 0 } }, "limit", /no limit/],
    ["idleCountMin without a factor", { machine: { idleCount: 5, idleCountMin: 2 } }, "idleCountMin", /without effect/],
    [
      "idleCountMin of 0, which is 1",
      { machine: { idleCount: 5, idleCountMin: 0, idleScaleFactor: 1 } },
      "idleCountMin",
      /taken as 1/,
    ],
    [
      "idleCountMin above idleCount",
      { machine: { idleCount: 5, idleCountMin: 9, idleScaleFactor: 1 } },
      "idleCountMin",
      /taken as 5/,
    ],
    ["a factor without a count", { machine: { idleScaleFactor: 1 } }, "idleScaleFactor", /without effect/],
    [
      "a block without idle time",
      { machine: { autoscaling: [{ periods: ["* * * * * * *"], idleCount: 1 }] } },
      "autoscaling[0]",
      /no idleTime/,
    ],
    ["a cache path that never expires", { fleet: { cache: { type: "s3", path: "ci" } } }, "path", /expires/],
    [
      "a subnet that isn't the fleet's",
      { machine: { subnetId: "subnet-0ccccccccccccccc3" } },
      "subnetId",
      /not one of/,
    ],
    ["a zone of its own", { machine: { zone: "b" } }, "zone", /zone of the subnet/],
    ["a price without spot", { machine: { spotPrice: "0.1" } }, "spotPrice", /without effect/],
    [
      "off-peak keys",
      { fleet: { extraConfig: { machine: { OffPeakIdleCount: 1 } } } },
      "OffPeakIdleCount",
      /without effect/,
    ],
    [
      "registration tokens from 17 on",
      { runners: { version: "18.0.0" }, fleet: { registration: { flow: "registration-token" } } },
      "flow",
      /unless an administrator/,
    ],
    [
      "a field that the declared version doesn't read yet",
      { runners: { version: "18.0.0" }, machine: { maxRemovalAttempts: 5 } },
      "maxRemovalAttempts",
      /doesn't read this yet/,
    ],
    [
      "capacity above concurrent",
      { fleet: { ...autoscaler, autoscaler: { maxInstances: 50 } } },
      "maxInstances",
      /concurrent is 20/,
    ],
  ])("%s", (_, parts, place, message) => {
    const found = problems(parts).filter((problem) => !/registrationTokenSecret/.test(pathEnd(problem)));
    expect(found.map((problem) => problem.severity)).toEqual(["warning"]);
    expect(found[0]?.message).toMatch(message);
    expect(pathEnd(found[0])).toBe(place);
  });
});

/** `periods[0]` of `spec.runners....periods[0]`. */
function pathEnd(problem: Problem | undefined): string {
  const path = problem?.path ?? [];
  const last = path.at(-1);
  return typeof last === "number" ? `${path.at(-2)}[${last}]` : String(last);
}

import { expect, it } from "vitest";
import { parseFleet } from "../../../shared/desired/fleet.ts";

const pool = { instanceTypes: ["m6i.large"], ami: { id: "ami-0a1b2c3d4e5f60718" } };

function messages(fleets: readonly object[]): readonly string[] {
  const spec = {
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
      manager: { concurrent: 20 },
      fleets: fleets.map((fleet) => ({ name: "build", executor: "docker-autoscaler", pool, ...fleet })),
    },
  };
  const text = JSON.stringify({
    apiVersion: "fleetkeeper.dev/v1",
    kind: "GitLabFleet",
    metadata: { name: "acme" },
    spec,
  });
  const result = parseFleet(text, "acme.fleet.yaml");
  return result.ok ? [] : result.problems.map(({ message }) => message);
}

const autoscaler = { maxInstances: 5 };

it("takes a pool whose group has a size", () => {
  expect(messages([{ autoscaler }])).toEqual([]);
});

it.each<[string, object, RegExp]>([
  ["without a greatest size", { autoscaler: {} }, /no maxInstances/],
  ["with 0 instances at most", { autoscaler: { maxInstances: 0 } }, /no maxInstances/],
  ["of another cloud's plugin", { autoscaler: { ...autoscaler, plugin: "azure:1" } }, /not the plugin/],
  [
    "whose plugin is told of another group",
    { autoscaler: { ...autoscaler, pluginConfig: { name: "x" } } },
    /another group/,
  ],
  ["of io2 without iops", { autoscaler, pool: { ...pool, volumeType: "io2" } }, /io2 without iops/],
  ["with a name that no launch template may have", { autoscaler, pool: { ...pool, groupName: "a b" } }, /not valid/],
  ["that is logged in to by WinRM", { autoscaler: { ...autoscaler, connector: { protocol: "winrm" } } }, /SSH/],
])("refuses a pool %s", (_what, fleet, message) => {
  expect(messages([fleet]).join("; ")).toMatch(message);
});

it("refuses two fleets with one group", () => {
  const named = { autoscaler, pool: { ...pool, groupName: "acme" } };
  expect(messages([named, { ...named, name: "other" }])).toEqual(["the Auto Scaling group of another fleet"]);
});

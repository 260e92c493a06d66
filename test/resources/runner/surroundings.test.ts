import { describe, expect, it } from "vitest";
import { lintConfig } from "../../../shared/desired/runners/lint.ts";
import type { TomlTable } from "../../../shared/desired/runners/toml-value.ts";
import { renderConfig } from "../../../shared/resources/runner/render.ts";
import type { Surroundings } from "../../../shared/resources/runner/surroundings.ts";
import { zoneMismatches } from "../../../shared/resources/runner/zone-mismatch.ts";
import { runnersOf } from "./desired-runners.ts";

const parameter = "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id";
const surroundings: Surroundings = {
  listenAddress: ":9252",
  region: "eu-central-1",
  vpcId: "vpc-1",
  machineSubnetId: "subnet-1",
  zones: { "subnet-1": "a", "subnet-2": "b" },
  machineGroups: ["acme-machine", "acme-egress"],
  machineProfile: "acme-machine",
  images: { [parameter]: "ami-1" },
  tags: { "fleetkeeper:fleet": "acme", "fleetkeeper:kind": "machines" },
  cache: { bucket: "acme-cache", prefix: "runner/" },
};

function rendered(machine: object, around: Surroundings = surroundings): TomlTable {
  const runners = runnersOf({
    manager: { concurrent: 5 },
    fleets: [{ name: "build", executor: "docker+machine", machine }],
  });
  return renderConfig(runners, { fleetName: "acme", gitlabUrl: "https://gitlab.example.com", surroundings: around });
}

function optionsOf(config: TomlTable): readonly string[] {
  const [section] = config["runners"] as readonly {
    readonly machine: { readonly MachineOptions: readonly string[] };
  }[];
  return section?.machine.MachineOptions ?? [];
}

describe("a section takes from its fleet what it doesn't say itself", () => {
  const config = rendered({ instanceType: "m6i.large", requestSpotInstance: true, ami: { ssm: parameter } });

  it("its network, profile, marks and image, as docker-machine's options", () => {
    expect(optionsOf(config)).toEqual([
      "amazonec2-region=eu-central-1",
      "amazonec2-vpc-id=vpc-1",
      "amazonec2-subnet-id=subnet-1",
      "amazonec2-zone=a",
      "amazonec2-security-group=acme-machine",
      // Without it a machine has no way out, and Docker can't be installed on it.
      "amazonec2-security-group=acme-egress",
      "amazonec2-iam-instance-profile=acme-machine",
      "amazonec2-private-address-only=true",
      "amazonec2-use-private-address=true",
      "amazonec2-spot-price=",
      "amazonec2-volume-encrypted=true",
      "amazonec2-metadata-token=required",
      "amazonec2-metadata-token-response-hop-limit=1",
      "amazonec2-security-group-readonly=true",
      "amazonec2-instance-type=m6i.large",
      "amazonec2-ami=ami-1",
      "amazonec2-request-spot-instance=true",
      "amazonec2-tags=fleetkeeper:fleet,acme,fleetkeeper:kind,machines",
    ]);
  });

  it("its name, its cache and the metrics' address", () => {
    expect(config).toMatchObject({
      listen_address: ":9252",
      runners: [
        {
          name: "acme-build",
          url: "https://gitlab.example.com",
          machine: { MachineDriver: "amazonec2", MachineName: "acme-build-%s" },
          cache: { Type: "s3", Path: "runner", Shared: true, s3: { BucketName: "acme-cache" } },
        },
      ],
    });
  });

  it("and the result passes our own lint", () => {
    expect(lintConfig(config)).toEqual([]);
  });
});

describe("what the section says itself wins", () => {
  it("subnet and with it the zone, price and tags, but never the marks", () => {
    const options = optionsOf(
      rendered({
        subnetId: "subnet-2",
        requestSpotInstance: true,
        spotPrice: "0.08",
        tags: { team: "a", "fleetkeeper:fleet": "other" },
      }),
    );
    expect(options).toContain("amazonec2-zone=b");
    expect(options).toContain("amazonec2-spot-price=0.08");
    expect(options.filter((option) => option.startsWith("amazonec2-spot-price"))).toHaveLength(1);
    expect(options.at(-1)).toBe("amazonec2-tags=team,a,fleetkeeper:fleet,acme,fleetkeeper:kind,machines");
  });

  it("but groups are read-only whatever it says", () => {
    const options = optionsOf(rendered({ options: ["amazonec2-security-group-readonly=false"] }));
    expect(options.filter((option) => option.startsWith("amazonec2-security-group-readonly"))).toEqual([
      "amazonec2-security-group-readonly=true",
    ]);
  });
});

describe("what isn't known yet", () => {
  it("an image that hasn't been looked up stops the rendering, and can be tried again", () => {
    expect(() => rendered({ ami: { ssm: parameter } }, { ...surroundings, images: {} })).toThrow(
      expect.objectContaining({ code: "ImageUnknown", class: "retry" }),
    );
  });
});

describe("an autoscaler", () => {
  it("gets the fleet's plugin, group and a state that survives restarts", () => {
    const runners = runnersOf({
      manager: { concurrent: 5 },
      fleets: [{ name: "auto", executor: "docker-autoscaler", autoscaler: { maxInstances: 5 } }],
    });
    const config = renderConfig(runners, { fleetName: "acme", gitlabUrl: "https://gitlab.example.com", surroundings });
    expect(config).toMatchObject({
      runners: [
        { autoscaler: { plugin: "aws:1.1.0", plugin_config: { name: "acme-auto" }, state_storage: { enabled: true } } },
      ],
    });
  });
});

describe("a declared zone", () => {
  const mismatches = (machine: object) =>
    zoneMismatches(
      runnersOf({ manager: { concurrent: 5 }, fleets: [{ name: "build", executor: "docker+machine", machine }] }),
      surroundings,
    );

  it("that isn't the subnet's is named, for no machine could be made", () => {
    expect(mismatches({ zone: "b" })).toEqual([{ fleet: "build", subnet: "subnet-1", declared: "b", actual: "a" }]);
    expect(mismatches({ zone: "b", subnetId: "subnet-2" })).toEqual([]);
  });

  it("of a subnet that nobody looked up is not judged", () => {
    expect(mismatches({ zone: "b", subnetId: "subnet-9" })).toEqual([]);
  });
});

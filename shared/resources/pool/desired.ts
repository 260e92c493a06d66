import type { GroupSettings, TemplateSettings } from "../../aws/pool-port.ts";
import type { Fleet } from "../../desired/fleet.ts";
import { poolGroupName } from "../../desired/runners/pool.ts";
import type { AutoscalerFleet } from "../../desired/runners/runners-schema.ts";
import { type Tags, tagsOf } from "../common/tags.ts";

export const kind = "pool";

/** What instances are made of. Its groups, and what its AMI is, are known once the network and AWS were looked at. */
export type TemplateDesired = {
  readonly type: "template";
  readonly name: string;
  readonly image: { readonly id: string } | { readonly ssm: string };
  readonly settings: Omit<TemplateSettings, "imageId" | "groupIds" | "root"> & {
    readonly root: Omit<TemplateSettings["root"], "device">;
  };
  readonly tags: Tags;
  readonly adopt: boolean;
};

/** How many there may be, and where. How many there are is the runner's. */
export type GroupDesired = {
  readonly type: "group";
  readonly name: string;
  readonly settings: Omit<GroupSettings, "templateId">;
  /** Whole: Auto Scaling does nothing of this sort to instances that may be running a job. */
  readonly suspended: readonly string[];
  readonly tags: Tags;
  readonly adopt: boolean;
};

export type PoolDesired = TemplateDesired | GroupDesired;

export function templateResource(name: string): string {
  return `template/${name}`;
}

export function groupResource(name: string): string {
  return `group/${name}`;
}

/** A launch template and a group for each fleet that declares a pool. */
export function poolDesired(fleet: Fleet): ReadonlyMap<string, PoolDesired> {
  const fleets = (fleet.spec.runners?.fleets ?? []).filter((one) => one.executor !== "docker+machine");
  return new Map(
    fleets.flatMap((one): readonly (readonly [string, PoolDesired])[] => {
      if (one.pool === undefined) return [];
      const name = poolGroupName(fleet.metadata.name, one);
      return [
        [templateResource(name), templateDesired(fleet, one, one.pool, name)],
        [groupResource(name), groupDesired(fleet, one, one.pool, name)],
      ];
    }),
  );
}

type Pool = NonNullable<AutoscalerFleet["pool"]>;

function templateDesired(fleet: Fleet, section: AutoscalerFleet, pool: Pool, name: string): TemplateDesired {
  const own = tagsOf(fleet, kind, templateResource(name));
  const ofInstances = instanceTags(fleet, name);
  return {
    type: "template",
    name,
    image: pool.ami,
    settings: {
      instanceType: pool.instanceTypes[0] ?? "",
      profileName: fleet.spec.iam.machineRole.name,
      publicAddress: section.autoscaler.connector?.useExternalAddr === true,
      // Jobs run in containers, one hop further away: what they may not reach is the machine's role.
      metadata: { tokens: "required", hopLimit: 1, endpoint: "enabled" },
      root: {
        sizeGiB: pool.rootSizeGiB,
        type: pool.volumeType,
        ...(pool.iops === undefined ? {} : { iops: pool.iops }),
        encrypted: true,
        deleteOnTermination: true,
      },
      instanceTags: ofInstances,
      volumeTags: ofInstances,
    },
    tags: { Name: name, ...own },
    adopt: pool.adopt,
  };
}

/** Source: fleeting-plugin-aws's README, "Autoscaling Group Setup"; EC2 Auto Scaling User Guide, "Auto Scaling groups with multiple instance types". */
function groupDesired(fleet: Fleet, section: AutoscalerFleet, pool: Pool, name: string): GroupDesired {
  return {
    type: "group",
    name,
    settings: {
      min: 0,
      max: section.autoscaler.maxInstances ?? 0,
      subnetIds: [...(pool.subnetIds ?? fleet.spec.network.machineSubnetIds)].sort(),
      protectedFromScaleIn: true,
      healthCheck: "EC2",
      capacityRebalance: false,
      maxInstanceLifetime: 0,
      templateVersion: "$Default",
      instanceTypes: pool.instanceTypes,
      onDemandBase: 0,
      onDemandPercentage: pool.spot ? 0 : 100,
      onDemandStrategy: "prioritized",
      spotStrategy: "price-capacity-optimized",
      spotMaxPrice: "",
    },
    suspended: ["AZRebalance"],
    tags: instanceTags(fleet, name),
    adopt: pool.adopt,
  };
}

/** Of the group and of everything that it launches. */
function instanceTags(fleet: Fleet, name: string): Tags {
  return { Name: name, ...tagsOf(fleet, kind, groupResource(name)) };
}

import type { Fleet } from "../desired/fleet.ts";

/** Instances of one sort that a file may have running. */
export interface Launch {
  /** "the host", or a fleet of runners by its name. */
  readonly what: string;
  readonly types: readonly string[];
  readonly subnetIds: readonly string[];
  readonly ami: { readonly id: string } | { readonly ssm: string } | undefined;
  /** At once; undefined where nothing bounds them. */
  readonly most: number | undefined;
  readonly spot: boolean;
  readonly publicAddress: boolean;
}

/** docker-machine's own default. */
const unnamedType = "t2.micro";

/** What a fleet's file lets be launched. Pure. */
export function launchesOf({ spec }: Fleet): readonly Launch[] {
  const { host, network, runners } = spec;
  const ofHost: readonly Launch[] =
    host === undefined
      ? []
      : [
          {
            what: "the host",
            types: [host.instanceType],
            subnetIds: [network.hostSubnetId],
            ami: host.ami,
            most: 1,
            spot: false,
            publicAddress: host.publicAddress.type !== "None",
          },
        ];
  const ofRunners = (runners?.fleets ?? []).flatMap((one): readonly Launch[] => {
    if (one.executor === "docker+machine") {
      const { machine } = one;
      if ((machine.driver ?? "amazonec2") !== "amazonec2") return [];
      return [
        {
          what: one.name,
          types: [machine.instanceType ?? unnamedType],
          subnetIds: [machine.subnetId ?? network.machineSubnetIds[0] ?? ""],
          ami: machine.ami,
          most: bounded(one.limit),
          spot: machine.requestSpotInstance === true,
          publicAddress: machine.privateAddressOnly === false,
        },
      ];
    }
    const { pool, autoscaler } = one;
    if (pool === undefined) return [];
    return [
      {
        what: one.name,
        types: pool.instanceTypes,
        subnetIds: pool.subnetIds ?? network.machineSubnetIds,
        ami: pool.ami,
        most: bounded(autoscaler.maxInstances),
        spot: pool.spot,
        publicAddress: autoscaler.connector?.useExternalAddr === true,
      },
    ];
  });
  return [...ofHost, ...ofRunners];
}

/** Both runners take zero for no limit. */
function bounded(limit: number | undefined): number | undefined {
  return limit === 0 ? undefined : limit;
}

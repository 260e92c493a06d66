import type { HostReader } from "../../aws/host-port.ts";
import type { NetworkReader } from "../../aws/network-port.ts";
import type { Fleet } from "../../desired/fleet.ts";
import { groupName } from "../../desired/names.ts";
import { fleetTag } from "../common/tags.ts";
import { gitlabUrl } from "./desired.ts";
import { renderConfig } from "./render.ts";
import { metricsAddress } from "./state.ts";
import { isAmazon, type Surroundings } from "./surroundings.ts";
import { renderToml } from "./toml.ts";

export interface FleetReaders {
  readonly host: Pick<HostReader, "imageBehind">;
  readonly network: Pick<NetworkReader, "zonesOf">;
}

/** config.toml as it should be, as TOML. @throws Failure where a zone or an image can't be looked up */
export async function templateOf(fleet: Fleet, readers: FleetReaders): Promise<string> {
  const { runners } = fleet.spec;
  if (runners === undefined) return "";
  const context = { fleetName: fleet.metadata.name, gitlabUrl: gitlabUrl(fleet) };
  return renderToml(renderConfig(runners, { ...context, surroundings: await surroundingsOf(fleet, readers) }));
}

async function surroundingsOf(fleet: Fleet, readers: FleetReaders): Promise<Surroundings> {
  const { spec, metadata } = fleet;
  const { network, cache, region } = spec;
  const machineSubnetId = network.machineSubnetIds[0] ?? "";
  const machines = (spec.runners?.fleets ?? []).flatMap((one) =>
    one.executor === "docker+machine" && isAmazon(one) ? [one.machine] : [],
  );
  const subnets = [...new Set(machines.map(({ subnetId }) => subnetId ?? machineSubnetId))];
  const parameters = [...new Set(machines.flatMap(({ ami }) => (ami !== undefined && "ssm" in ami ? [ami.ssm] : [])))];
  const [zones, images] = await Promise.all([
    subnets.length === 0 ? Promise.resolve<Readonly<Record<string, string>>>({}) : readers.network.zonesOf(subnets),
    Promise.all(parameters.map(async (name) => [name, await readers.host.imageBehind(name)] as const)),
  ]);
  return {
    listenAddress: metricsAddress,
    region,
    vpcId: network.vpcId,
    machineSubnetId,
    zones: Object.fromEntries(Object.entries(zones).map(([subnet, zone]) => [subnet, zone.slice(region.length)])),
    machineGroups: [groupName(metadata.name, "machine"), groupName(metadata.name, "egress")],
    machineProfile: spec.iam.machineRole.name,
    images: Object.fromEntries(images),
    tags: { ...spec.tags, [fleetTag]: metadata.name },
    cache: { bucket: cache.bucket, prefix: cache.prefix },
  };
}

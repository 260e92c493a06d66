import type { Fleet } from "../../desired/fleet.ts";
import { displayName, groupName } from "../../desired/names.ts";
import { type Tags, tagsOf } from "../common/tags.ts";
import { type Rule, type Rules, rulesByKey } from "./rule.ts";

export const kind = "network";

export const groupRoles = ["host", "machine", "egress"] as const;
export type GroupRole = (typeof groupRoles)[number];

/**
 * Groups and their rules are apart: rules name each other's groups, so all groups come first. A group's description can't
 * be changed, so it is said once and never compared.
 */
export type GroupDesired = {
  readonly type: "group";
  readonly role: GroupRole;
  readonly name: string;
  readonly vpcId: string;
  readonly description: string;
  readonly tags: Tags;
  readonly adopt: boolean;
};

export type RulesDesired = {
  readonly type: "rules";
  readonly role: GroupRole;
  readonly groupName: string;
  readonly ingress: Rules;
  readonly egress: Rules;
  readonly adopt: boolean;
};

export type NetworkDesired = GroupDesired | RulesDesired;

const descriptions: Readonly<Record<GroupRole, string>> = {
  host: "GitLab host",
  machine: "Runner machines",
  egress: "Ways out of host and machines",
};

export function networkDesired(fleet: Fleet): ReadonlyMap<string, NetworkDesired> {
  const groups = groupRoles.map((role) => [`group/${role}`, groupDesired(fleet, role)] as const);
  const rules = groupRoles.map((role) => [`rules/${role}`, rulesDesired(fleet, role)] as const);
  return new Map<string, NetworkDesired>([...groups, ...rules]);
}

function groupDesired(fleet: Fleet, role: GroupRole): GroupDesired {
  const { name } = fleet.metadata;
  return {
    type: "group",
    role,
    name: groupName(name, role),
    vpcId: fleet.spec.network.vpcId,
    description: `${descriptions[role]} of the fleet ${name}. Managed by Fleetkeeper.`,
    tags: { Name: displayName(name, role), ...tagsOf(fleet, kind, `group/${role}`) },
    adopt: fleet.spec.network.adopt,
  };
}

function rulesDesired(fleet: Fleet, role: GroupRole): RulesDesired {
  const { ingress, egress } = rulesOf[role](fleet);
  return {
    type: "rules",
    role,
    groupName: groupName(fleet.metadata.name, role),
    ingress: rulesByKey(ingress, "ingress"),
    egress: rulesByKey(egress, "egress"),
    adopt: fleet.spec.network.adopt,
  };
}

interface GroupRules {
  readonly ingress: readonly Rule[];
  readonly egress: readonly Rule[];
}

/** The VPC's resolver, its clock and the metadata service need no rule: groups don't filter link-local traffic. */
const rulesOf: Readonly<Record<GroupRole, (fleet: Fleet) => GroupRules>> = {
  host: (fleet) => {
    const { allowedCidrs } = fleet.spec.network;
    const ssh = fleet.spec.host?.gitSshPort;
    const more = furtherPorts(fleet);
    return {
      ingress: [
        ...allowedCidrs.flatMap((cidr) => [
          tcp(80, cidr, "HTTP"),
          tcp(443, cidr, "HTTPS"),
          ...(ssh === undefined ? [] : [tcp(ssh, cidr, "Git over SSH")]),
          ...more.map(([port, name]) => tcp(port, cidr, name)),
        ]),
        tcp(80, "@machine", "HTTP from runner machines"),
        tcp(443, "@machine", "HTTPS from runner machines"),
        ...more.map(([port, name]) => tcp(port, "@machine", `${name} from runner machines`)),
      ],
      egress: [tcp(22, "@machine", "SSH to runner machines"), tcp(2376, "@machine", "Docker on runner machines")],
    };
  },
  machine: () => ({
    ingress: [tcp(22, "@host", "SSH from the runner manager"), tcp(2376, "@host", "Docker from the runner manager")],
    egress: [],
  }),
  egress: () => ({
    ingress: [],
    egress: [tcp(80, "0.0.0.0/0", "HTTP"), tcp(443, "0.0.0.0/0", "HTTPS")],
  }),
};

/** Where else GitLab is served: a port of its URL, the container registry. */
function furtherPorts({ spec: { host } }: Fleet): readonly (readonly [port: number, name: string])[] {
  if (host === undefined) return [];
  const { port } = new URL(host.externalUrl);
  return [
    ...(port === "" ? [] : [[Number(port), "GitLab"] as const]),
    ...(host.registry.enabled ? [[host.registry.port, "Container registry"] as const] : []),
  ];
}

function tcp(port: number, peer: string, description: string): Rule {
  return { protocol: "tcp", fromPort: port, toPort: port, peer, description };
}

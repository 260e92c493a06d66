import type { Readers, Writers } from "../../aws/ports.ts";
import type { Fleet } from "../../desired/fleet.ts";
import type { ActionDraft } from "../../engine/action.ts";
import type { ApplyContext, DiffContext, Kind, Outputs } from "../../engine/kind.ts";
import { isMarked, markOf } from "../common/tags.ts";
import { applyRules, createGroup, groupOutputs, tagGroup } from "./apply.ts";
import { deleteGroup } from "./delete-group.ts";
import { kind, type NetworkDesired, networkDesired } from "./desired.ts";
import { diffGroup, groupDeletion } from "./group.ts";
import { type NetworkState, observeNetwork } from "./observe.ts";
import { diffRules } from "./rules.ts";
import { networkTeardown } from "./teardown.ts";

type NetworkWriters = Pick<Writers, "network">;

/** Security groups of host, machines and ways out, and their rules: docs/kinds.md says what is compared. */
export const networkKind: Kind<Fleet, Pick<Readers, "network">, NetworkWriters, NetworkDesired, NetworkState> = {
  kind,
  after: [],
  desired: networkDesired,
  observe: ({ fleet, readers, inventory, only }) =>
    observeNetwork({ fleet, reader: readers.network, desired: networkDesired(fleet), inventory, only }),
  diff,
  async apply(context) {
    const outputs = await apply(context);
    return { state: "done", ...(outputs === undefined ? {} : { outputs }) };
  },
  outputs: (_name, observed) => (observed.type === "group" ? groupOutputs(observed) : {}),
  // Adopting a group marks it; that is no reason to plan its rules anew.
  fingerprinted: (_name, observed) => (observed.type === "rules" ? { ...observed, marked: true } : observed),
  health: () => ({ status: "Healthy" }),
  teardown: networkTeardown,
};

function diff(context: DiffContext<Fleet, NetworkDesired, NetworkState>): readonly ActionDraft[] {
  const { fleet, name, desired, observed } = context;
  const target = { kind, name };
  if (desired?.type === "rules") return diffRules(target, observed?.type === "rules" ? observed : undefined, desired);
  const group = observed?.type === "group" ? observed : undefined;
  const marked = group !== undefined && isMarked(group.tags, fleet, kind);
  if (desired !== undefined) return diffGroup(target, group, desired, marked);
  return group !== undefined && marked ? [groupDeletion(target, group)] : [];
}

async function apply(
  context: ApplyContext<Fleet, NetworkDesired, NetworkState, NetworkWriters>,
): Promise<Outputs | undefined> {
  const { fleet, action, desired, observed, outputs, writers } = context;
  const { network } = writers;
  if (desired?.type === "rules") {
    const had = observed?.type === "rules" ? observed : undefined;
    await applyRules(network, desired, had, action.changes, outputs);
    return undefined;
  }
  if (action.verb === "delete") {
    if (observed?.type === "group") await deleteGroup(network, observed, markOf(fleet, kind));
    return undefined;
  }
  if (desired === undefined) return undefined;
  if (observed?.type === "group") return tagGroup(network, observed, action.changes);
  return createGroup(network, desired, (tags) => isMarked(tags, fleet, kind));
}

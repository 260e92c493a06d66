import type { GroupSettings, ScalingGroupRecord } from "../../aws/pool-port.ts";
import type { ActionDraft, Change, Risk, Target } from "../../engine/action.ts";
import { Failure } from "../../engine/failure.ts";
import type { Json } from "../../engine/json.ts";
import type { OutputsByTarget } from "../../engine/kind.ts";
import { ownershipOf } from "../common/ownership.ts";
import { tagChanges } from "../common/tags.ts";
import { type GroupDesired, kind, templateResource } from "./desired.ts";
import { change } from "./template.ts";

export type GroupState = ScalingGroupRecord & { readonly type: "group" };

/** As Auto Scaling is told it. @throws Failure where the template isn't known yet */
export function groupSettings({ name, settings }: GroupDesired, outputs: OutputsByTarget): GroupSettings {
  const templateId = templateIdOf(name, outputs);
  if (templateId !== undefined) return { ...settings, templateId };
  throw new Failure({
    code: "DependencyPending",
    class: "retry",
    message: `launch template ${name} isn't known yet`,
  });
}

function templateIdOf(name: string, outputs: OutputsByTarget): string | undefined {
  return outputs.get(`${kind}/${templateResource(name)}`)?.["id"];
}

const compared = [
  ...(["min", "max", "subnetIds", "protectedFromScaleIn", "healthCheck", "capacityRebalance"] as const),
  ...(["maxInstanceLifetime", "templateVersion", "instanceTypes", "onDemandBase", "onDemandPercentage"] as const),
  ...(["onDemandStrategy", "spotStrategy", "spotMaxPrice"] as const),
] satisfies readonly (keyof GroupSettings)[];

export function diffGroup(
  target: Target,
  observed: GroupState | undefined,
  desired: GroupDesired,
  marked: boolean,
  outputs: OutputsByTarget,
): readonly ActionDraft[] {
  const { name } = desired;
  const needs: readonly Target[] = [{ kind, name: templateResource(name) }];
  const changes = [
    ...settingChanges(observed, desired, outputs),
    ...change("suspended", observed?.suspended, desired.suspended),
    ...tagChanges(observed?.tags ?? {}, desired.tags),
    ...unpropagated(observed, desired),
  ];
  if (observed === undefined) {
    const reason = `Auto Scaling group ${name} doesn't exist`;
    return [{ target, verb: "create", changes, risk: "safe", reason, ownership: "none", needs }];
  }
  const ownership = ownershipOf(marked, desired.adopt);
  if (ownership === "ours" && changes.length === 0) return [];
  const verb = ownership === "ours" ? "update" : "adopt";
  const reason =
    verb === "adopt"
      ? `Auto Scaling group ${name} exists and isn't marked as this fleet's`
      : `Auto Scaling group ${name} differs in ${changes.map(({ path }) => path).join(", ")}`;
  return [{ target, verb, changes, risk: riskOf(observed, desired), reason, ownership, needs }];
}

/** The desired size is the runner's: it isn't looked at. */
function settingChanges(
  observed: GroupState | undefined,
  { name, settings }: GroupDesired,
  outputs: OutputsByTarget,
): readonly Change[] {
  const id = templateIdOf(name, outputs);
  return [
    ...compared.flatMap((field) => change(field, observed?.[field], settings[field])),
    ...(id === undefined
      ? [{ path: "template", knownAfterApply: `${kind}/${templateResource(name)}.id` }]
      : change("template", observed?.templateId, id)),
  ];
}

/** A tag that is right and isn't handed on: an instance without the fleet's mark would be nobody's. */
function unpropagated(observed: GroupState | undefined, { tags }: GroupDesired): readonly Change[] {
  if (observed === undefined) return [];
  return Object.entries(tags).flatMap(([key, value]) =>
    observed.tags[key] === value && !observed.propagated.includes(key)
      ? [{ path: `propagated[${key}]`, from: false, to: true }]
      : [],
  );
}

/** A subnet that is taken away, or room that is: Auto Scaling may end what runs there or beyond. */
function riskOf(observed: GroupState, { settings }: GroupDesired): Risk {
  const leaves = observed.subnetIds.some((id) => !settings.subnetIds.includes(id));
  return observed.instances.length > 0 && (leaves || settings.max < observed.desired) ? "disruptive" : "safe";
}

export function changesSettings(changes: readonly Change[]): boolean {
  const paths: readonly string[] = [...compared, "template"];
  return changes.some(({ path }) => paths.includes(path));
}

/** Its instances go with it, through the group. The sections that used it are gone by then: the runner comes after. */
export function groupDeletion(target: Target, observed: GroupState): readonly ActionDraft[] {
  if (observed.going) return [];
  const { name, instances } = observed;
  return [
    {
      target,
      verb: "delete",
      changes: [{ path: "name", from: name }],
      risk: "destructive",
      reason: `Auto Scaling group ${name} is this fleet's and the file doesn't ask for it${instances.length === 0 ? "" : `; it has ${instances.length} instances, which end with it`}`,
      ownership: "ours",
    },
  ];
}

/** Without how many there are, which moves by itself; an approval of a deletion counts them all the same. */
export function groupFingerprint({ desired: _d, instances: _i, ending: _e, ...group }: GroupState): Json {
  return group;
}

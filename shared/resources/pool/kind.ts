import type { Readers, Writers } from "../../aws/ports.ts";
import type { Fleet } from "../../desired/fleet.ts";
import type { ActionDraft } from "../../engine/action.ts";
import type { ApplyContext, ApplyResult, DiffContext, Kind } from "../../engine/kind.ts";
import { isMarked, type Tags } from "../common/tags.ts";
import { createGroup, createTemplate, updateGroup, updateTemplate } from "./apply.ts";
import { kind, type PoolDesired, poolDesired, type TemplateDesired } from "./desired.ts";
import { diffGroup, type GroupState, groupDeletion, groupFingerprint } from "./group.ts";
import { lookUpImage, observePools, type PoolState } from "./observe.ts";
import { poolTeardown } from "./teardown.ts";
import { diffTemplate, type TemplateState, templateDeletion } from "./template.ts";

type PoolReaders = Pick<Readers, "pool" | "host">;
type PoolWriters = Pick<Writers, "pool" | "host">;
type Context = ApplyContext<Fleet, PoolDesired, PoolState, PoolWriters>;

/** Launch templates and Auto Scaling groups of docker-autoscaler fleets: docs/kinds.md says what is compared. */
export const poolKind: Kind<Fleet, PoolReaders, PoolWriters, PoolDesired, PoolState> = {
  kind,
  after: ["iam", "network"],
  desired: poolDesired,
  observe: ({ fleet, readers, inventory, operations, only, now }) =>
    observePools({ fleet, readers, desired: poolDesired(fleet), inventory, operations, only, now }),
  diff,
  apply,
  outputs: (_name, observed) => (observed.type === "template" ? { id: observed.id } : { name: observed.name }),
  teardown: poolTeardown,
  fingerprinted: (_name, observed) => (observed.type === "group" ? groupFingerprint(observed) : observed),
  health: (_name, observed) =>
    observed.type === "group" && observed.going
      ? { status: "Progressing", message: "it is being deleted" }
      : { status: "Healthy" },
};

function diff({
  fleet,
  name,
  desired,
  observed,
  outputs,
}: DiffContext<Fleet, PoolDesired, PoolState>): readonly ActionDraft[] {
  const target = { kind, name };
  const marked = observed !== undefined && isMarked(observed.tags, fleet, kind);
  switch (desired?.type) {
    case undefined:
      if (observed === undefined || !marked) return [];
      return observed.type === "group" ? groupDeletion(target, observed) : [templateDeletion(target, observed)];
    case "template":
      return diffTemplate(target, templateIn(observed), desired, marked, outputs);
    case "group":
      return diffGroup(target, groupIn(observed), desired, marked, outputs);
  }
}

function templateIn(observed: PoolState | undefined): TemplateState | undefined {
  return observed?.type === "template" ? observed : undefined;
}

function groupIn(observed: PoolState | undefined): GroupState | undefined {
  return observed?.type === "group" ? observed : undefined;
}

async function apply(context: Context): Promise<ApplyResult> {
  const { fleet, action, desired, observed, outputs, writers, now } = context;
  const { pool } = writers;
  const isOurs = (tags: Tags) => isMarked(tags, fleet, kind);
  if (action.verb === "delete") {
    if (observed?.type === "template") await pool.deleteTemplate(observed.id);
    if (observed?.type !== "group") return { state: "done" };
    await pool.deleteGroup(observed.name);
    const message = `Auto Scaling deletes group ${observed.name}`;
    return { state: "pending", operation: { token: "going", startedAt: now, notBefore: now + 30_000, message } };
  }
  switch (desired?.type) {
    case undefined:
      return { state: "done" };
    case "template": {
      const outputsOf = await applyTemplate(context, desired);
      return { state: "done", outputs: outputsOf };
    }
    case "group": {
      const group = groupIn(observed);
      if (group === undefined) await createGroup(pool, desired, outputs, isOurs);
      else await updateGroup(pool, desired, group, action.changes, outputs);
      return { state: "done", outputs: { name: desired.name } };
    }
  }
}

async function applyTemplate({ fleet, action, observed, outputs, writers }: Context, desired: TemplateDesired) {
  const template = templateIn(observed);
  const image = template?.image ?? (await lookUpImage(desired.image, writers));
  return template === undefined
    ? createTemplate(writers.pool, desired, image, outputs, (tags) => isMarked(tags, fleet, kind))
    : updateTemplate(writers.pool, desired, template, image, action.changes, outputs);
}

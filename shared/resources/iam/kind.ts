import type { Readers, Writers } from "../../aws/ports.ts";
import type { Fleet } from "../../desired/fleet.ts";
import { iamPath } from "../../desired/names.ts";
import type { ActionDraft } from "../../engine/action.ts";
import { Failure } from "../../engine/failure.ts";
import type { ApplyContext, DiffContext, Kind } from "../../engine/kind.ts";
import { isMarked, type Tags } from "../common/tags.ts";
import { createProfile, deleteProfile, updateProfile } from "./apply-profile.ts";
import { createRole, deleteRole, updateRole } from "./apply-role.ts";
import { type IamDesired, type IamEnvironment, iamDesired, kind } from "./desired.ts";
import { type IamState, observeIam, usersOf } from "./observe.ts";
import { diffProfile } from "./profile.ts";
import { diffRole } from "./role.ts";
import { iamTeardown } from "./teardown.ts";

type IamWriters = Pick<Writers, "iam" | "host">;

/** Roles and instance profiles of host and machines: docs/kinds.md says what is compared and what is left. */
export function iamKind(
  environment: IamEnvironment,
): Kind<Fleet, Pick<Readers, "iam" | "host">, IamWriters, IamDesired, IamState> {
  return {
    kind,
    after: [],
    desired: (fleet) => iamDesired(fleet, environment),
    observe: ({ fleet, readers, inventory, only }) =>
      observeIam({
        fleet,
        reader: readers.iam,
        instances: readers.host,
        desired: iamDesired(fleet, environment),
        inventory,
        only,
      }),
    diff,
    async apply(context) {
      await apply(context);
      return { state: "done" };
    },
    outputs: (_name, observed) => ({ name: observed.name, arn: observed.arn, id: observed.id }),
    health: () => ({ status: "Healthy" }),
    teardown: iamTeardown,
  };
}

function diff({ fleet, name, desired, observed }: DiffContext<Fleet, IamDesired, IamState>): readonly ActionDraft[] {
  const target = { kind, name };
  if (desired === undefined) return observed === undefined ? [] : [deletion(target, observed)];
  const marked = observed !== undefined && isMarked(observed.tags, fleet, kind);
  return desired.type === "role"
    ? diffRole(target, observed?.type === "role" ? observed : undefined, desired, marked)
    : diffProfile(target, observed?.type === "profile" ? observed : undefined, desired, marked);
}

/** IAM deletes what an instance still lives by without a word, so that is refused here, and the rest waits for a person. */
function deletion(target: ActionDraft["target"], observed: IamState): ActionDraft {
  const what = observed.type === "role" ? "role" : "instance profile";
  const users = observed.usedBy ?? [];
  return {
    target,
    verb: "delete",
    changes: [{ path: "arn", from: observed.arn }],
    risk: "destructive",
    reason: `${what} ${observed.name} is this fleet's and the file no longer names it`,
    ownership: "ours",
    ...(users.length === 0
      ? {}
      : { refused: `${users.join(", ")} still ${users.length === 1 ? "lives" : "live"} by it` }),
  };
}

async function apply(context: ApplyContext<Fleet, IamDesired, IamState, IamWriters>): Promise<void> {
  const { fleet, action, desired, observed, writers } = context;
  const { iam } = writers;
  const isOurs = (tags: Tags) => isMarked(tags, fleet, kind);
  if (observed !== undefined && action.verb === "delete") await assertUnused(writers, observed);
  if (observed !== undefined && (action.verb === "delete" || action.verb === "replace")) {
    if (observed.type === "role") await deleteRole(iam, observed, iamPath(fleet.metadata.name));
    else await deleteProfile(iam, observed);
  }
  if (desired === undefined || action.verb === "delete") return;
  const fresh = observed === undefined || action.verb === "replace";
  if (desired.type === "role") {
    if (fresh) await createRole(iam, desired, isOurs);
    else await updateRole(iam, desired, action.changes);
  } else if (fresh || observed.type !== "profile") await createProfile(iam, desired, isOurs);
  else await updateProfile(iam, desired, observed, action.changes);
}

/** IAM would delete it without a word, and who lives by it would lose its credentials within the hour. */
async function assertUnused({ iam, host }: IamWriters, observed: IamState): Promise<void> {
  const [user] = await usersOf({ reader: iam, instances: host }, observed);
  if (user === undefined) return;
  throw new Failure({
    code: "InUse",
    class: "retry",
    message: `${observed.type} ${observed.name} is used: ${user} lives by it`,
    hint: `Give ${user} another instance profile, or terminate it.`,
  });
}

import type {
  AssociateIamInstanceProfileCommandInput,
  AssociateIamInstanceProfileCommandOutput,
  DescribeIamInstanceProfileAssociationsCommandInput,
  DescribeIamInstanceProfileAssociationsCommandOutput,
  DisassociateIamInstanceProfileCommandInput,
  DisassociateIamInstanceProfileCommandOutput,
  IamInstanceProfileAssociation,
  ReplaceIamInstanceProfileAssociationCommandInput,
  ReplaceIamInstanceProfileAssociationCommandOutput,
} from "@aws-sdk/client-ec2";
import type { Answer, Ec2Context } from "./context.ts";
import { ec2Error, required } from "./errors.ts";
import { filterItems } from "./filters.ts";
import { profileOf } from "./instance-answer.ts";
import { instanceById, putInstance } from "./instance-lookup.ts";
import type { InstanceRecord, ProfileAssociation } from "./instance-state.ts";
import { resolveProfile } from "./launch-spec.ts";
import { page } from "./pages.ts";

export function AssociateIamInstanceProfile(
  input: AssociateIamInstanceProfileCommandInput,
  context: Ec2Context,
): Answer<AssociateIamInstanceProfileCommandOutput> {
  const instance = instanceById(required(input.InstanceId, "InstanceId"), context);
  mustBeUp(instance);
  const given = required(input.IamInstanceProfile, "IamInstanceProfile");
  const now = context.clock.now();
  if (profileOf(instance, now) !== undefined) {
    throw ec2Error("IncorrectState", `There is an existing association for instance ${instance.instanceId}`);
  }
  const profile = newAssociation(given, context);
  putInstance(context, { ...instance, profile });
  return { IamInstanceProfileAssociation: answer(instance.instanceId, profile, context) };
}

/** Under a new association id. */
export function ReplaceIamInstanceProfileAssociation(
  input: ReplaceIamInstanceProfileAssociationCommandInput,
  context: Ec2Context,
): Answer<ReplaceIamInstanceProfileAssociationCommandOutput> {
  const instance = associated(required(input.AssociationId, "AssociationId"), context);
  mustBeUp(instance);
  const profile = newAssociation(required(input.IamInstanceProfile, "IamInstanceProfile"), context);
  putInstance(context, { ...instance, profile });
  return { IamInstanceProfileAssociation: answer(instance.instanceId, profile, context) };
}

export function DisassociateIamInstanceProfile(
  input: DisassociateIamInstanceProfileCommandInput,
  context: Ec2Context,
): Answer<DisassociateIamInstanceProfileCommandOutput> {
  const instance = associated(required(input.AssociationId, "AssociationId"), context);
  const { profile } = instance;
  if (profile === undefined) throw notAssociated(input.AssociationId ?? "");
  const endsAt = context.clock.now() + context.state.timing.profileAssociation;
  const going: ProfileAssociation = { ...profile, endsAt: profile.endsAt ?? endsAt };
  putInstance(context, { ...instance, profile: going });
  return { IamInstanceProfileAssociation: answer(instance.instanceId, going, context) };
}

export function DescribeIamInstanceProfileAssociations(
  input: DescribeIamInstanceProfileAssociationsCommandInput,
  context: Ec2Context,
): Answer<DescribeIamInstanceProfileAssociationsCommandOutput> {
  const now = context.clock.now();
  const all = Object.values(context.state.instances).flatMap((instance) => {
    const profile = profileOf(instance, now);
    return profile === undefined ? [] : [{ instanceId: instance.instanceId, profile }];
  });
  for (const id of input.AssociationIds ?? []) associated(id, context);
  const wanted = all.filter(({ profile }) => input.AssociationIds?.includes(profile.associationId) ?? true);
  const matching = filterItems(wanted, input.Filters, {
    "instance-id": ({ instanceId }) => instanceId,
    state: ({ profile }) => stateOf(profile, context),
  });
  const limits = { min: 5, max: 1000, pageSize: context.pageSize ?? 1000 };
  const { items, NextToken } = page(matching, ({ profile }) => profile.associationId, input, limits);
  const IamInstanceProfileAssociations = items.map(({ instanceId, profile }) => answer(instanceId, profile, context));
  return { IamInstanceProfileAssociations, NextToken };
}

function newAssociation(
  given: { readonly Arn?: string | undefined; readonly Name?: string | undefined },
  context: Ec2Context,
): ProfileAssociation {
  const associationId = context.random.id("iip-assoc");
  return { associationId, ...resolveProfile(given, context), since: context.clock.now() };
}

function associated(associationId: string, context: Ec2Context): InstanceRecord {
  const now = context.clock.now();
  const found = Object.values(context.state.instances).find(
    (instance) => profileOf(instance, now)?.associationId === associationId,
  );
  if (found === undefined) throw notAssociated(associationId);
  return found;
}

function notAssociated(associationId: string): Error {
  return ec2Error("InvalidAssociationID.NotFound", `An invalid association-id of '${associationId}' was given`);
}

function mustBeUp({ instanceId, state }: InstanceRecord): void {
  if (state === "terminated" || state === "shutting-down") {
    throw ec2Error(
      "IncorrectInstanceState",
      `The instance '${instanceId}' is not in the 'running' or 'stopped' state.`,
    );
  }
}

function stateOf(
  profile: ProfileAssociation,
  { clock, state }: Ec2Context,
): "associating" | "associated" | "disassociating" {
  if (profile.endsAt !== undefined) return "disassociating";
  return profile.since + state.timing.profileAssociation > clock.now() ? "associating" : "associated";
}

function answer(InstanceId: string, profile: ProfileAssociation, context: Ec2Context): IamInstanceProfileAssociation {
  return {
    AssociationId: profile.associationId,
    InstanceId,
    IamInstanceProfile: { Arn: profile.arn, Id: profile.id },
    State: stateOf(profile, context),
    Timestamp: new Date(profile.since),
  };
}

import type { Ec2Context } from "./context.ts";
import { ec2Error } from "./errors.ts";
import { checkIdentifier } from "./identifiers.ts";
import type { InstanceRecord } from "./instance-state.ts";
import { isVisible } from "./security-group-lookup.ts";

export function instanceById(id: string, context: Ec2Context): InstanceRecord {
  return instancesById([id], context)[0] as InstanceRecord;
}

/** All of them, or one error that names those that don't exist. */
export function instancesById(ids: readonly string[], context: Ec2Context): InstanceRecord[] {
  const missing: string[] = [];
  const found = [...new Set(ids)].flatMap((id) => {
    const instance = context.state.instances[checkIdentifier("instance", id)];
    if (instance !== undefined && isVisible(instance, context)) return [instance];
    missing.push(id);
    return [];
  });
  if (missing.length === 1) {
    throw ec2Error("InvalidInstanceID.NotFound", `The instance ID '${missing[0]}' does not exist`);
  }
  if (missing.length > 1) {
    throw ec2Error("InvalidInstanceID.NotFound", `The instance IDs '${missing.join(", ")}' do not exist`);
  }
  return found;
}

export function putInstance({ state }: Ec2Context, instance: InstanceRecord): void {
  state.instances[instance.instanceId] = instance;
}

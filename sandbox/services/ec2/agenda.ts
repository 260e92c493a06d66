import type { InstanceStateName } from "./instance-state.ts";
import type { Ec2State } from "./state.ts";

/** What happens by itself once its time has come. */
export type Ec2Event =
  | { readonly at: number; readonly kind: "instance"; readonly instanceId: string; readonly to: InstanceStateName }
  | { readonly at: number; readonly kind: "forget-instance"; readonly instanceId: string }
  | { readonly at: number; readonly kind: "interrupt"; readonly instanceId: string }
  | { readonly at: number; readonly kind: "evaluate-spot"; readonly requestId: string }
  | { readonly at: number; readonly kind: "launch-spot"; readonly requestId: string }
  | { readonly at: number; readonly kind: "forget-spot"; readonly requestId: string };

/** Puts an event into the agenda, after those of the same instant. */
export function schedule(state: Ec2State, event: Ec2Event): void {
  const { agenda } = state;
  let low = 0;
  let high = agenda.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((agenda[middle]?.at ?? 0) <= event.at) low = middle + 1;
    else high = middle;
  }
  agenda.splice(low, 0, event);
}

/** Takes the next event that is due; undefined when none is. */
export function takeDue(state: Ec2State, now: number): Ec2Event | undefined {
  const next = state.agenda[0];
  if (next === undefined || next.at > now) return undefined;
  state.agenda.shift();
  return next;
}

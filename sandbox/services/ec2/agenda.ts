import type { Ec2Event } from "./event.ts";
import type { Ec2State } from "./state.ts";

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

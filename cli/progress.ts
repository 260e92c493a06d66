import { targetKey } from "../shared/engine/action.ts";
import type { RunEvent, RunEvents } from "../shared/engine/event.ts";
import { instant } from "../shared/report/age.ts";
import { planTotal } from "../shared/report/plan-total.ts";
import type { Style } from "../shared/report/style.ts";
import type { Output } from "./io.ts";

/** A run's events as lines for a person, on the stream beside the result. The result never depends on them. */
export function progressLines(output: Output, style: Style): RunEvents {
  const say = (line: string): void => output.write(`${style.faint("·")} ${line}\n`);
  return {
    emit: (event) => {
      const line = progressLine(event);
      if (line !== undefined) say(line);
    },
  };
}

/** For runs that follow each other every few minutes: what they all see is told once, and anew when it has changed. */
export function withoutRepeats(events: RunEvents): RunEvents {
  const told = new Map<string, string>();
  return {
    emit: (event) => {
      if (event.event === "LeaseAcquired") return;
      if (event.event === "KindObserved" || event.event === "Planned") {
        const topic = event.event === "Planned" ? "plan" : event.kind;
        const said = event.event === "Planned" ? planTotal(event.plan) : `${event.resources} ${event.unknown}`;
        if (told.get(topic) === said) return;
        told.set(topic, said);
      }
      events.emit(event);
    },
  };
}

export const silent: RunEvents = { emit: () => {} };

/** Undefined for what the result shows anyway. */
function progressLine(event: RunEvent): string | undefined {
  switch (event.event) {
    case "LeaseAcquired":
      return `lease acquired, epoch ${event.epoch}`;
    case "LeaseHeld":
      return `the lease is held by ${event.by} until ${instant(event.expiresAt)}`;
    case "RevisionAccepted":
      return `revision ${event.sequence} is in force`;
    case "RevisionRefused":
      return `revision ${event.sequence} is refused: ${event.problems.length} problems`;
    case "UnfinishedRunFound":
      return `an earlier run (${event.requestId}) died; observing, not replaying`;
    case "KindObserved":
      return `observed ${event.kind}: ${event.resources} resources${event.unknown === 0 ? "" : `, ${event.unknown} unknown`}`;
    case "Planned":
      return `round ${event.round}: ${planTotal(event.plan)}`;
    case "ActionStarted":
      return undefined;
    case "ActionEnded":
      return `${event.outcome.state} ${event.action.verb} ${targetKey(event.action.target)}`;
    case "Notified":
      return event.delivery.state === "sent"
        ? `told ${event.delivery.topic} of ${event.delivery.event}`
        : `${event.delivery.topic} could not be told of ${event.delivery.event}: ${event.delivery.message}`;
    case "RunEnded":
      return undefined;
  }
}

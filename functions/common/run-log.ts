import type { RunEvent, RunEvents } from "../../shared/engine/event.ts";
import type { Log } from "./log.ts";

/** A run's events as lines of the log. What the end says anyway has no line of its own. */
export function runLog(log: Log): RunEvents {
  return { emit: (event) => tell(log, event) };
}

function tell(log: Log, event: RunEvent): void {
  switch (event.event) {
    case "LeaseHeld":
      log.write("LeaseHeld", { by: event.by, expiresAt: event.expiresAt });
      return;
    case "RevisionRefused":
      log.write("RevisionRefused", { sequence: event.sequence, problems: event.problems });
      return;
    case "UnfinishedRunFound":
      log.write("UnfinishedRunFound", { unfinished: event.requestId, epoch: event.epoch });
      return;
    case "KindObserved":
      if (event.unknown > 0) log.write("KindUnknown", { kind: event.kind, unknown: event.unknown });
      return;
    case "ActionEnded": {
      const { action, outcome } = event;
      const { target, verb, risk, id } = action;
      const what = { action: id, kind: target.kind, name: target.name, verb, risk, outcome: outcome.state };
      if (outcome.state === "failed")
        log.write("ActionFailed", { ...what, code: outcome.code, message: outcome.message });
      else log.write("ActionEnded", what);
      return;
    }
    case "Notified": {
      const { topic, event: of, ...outcome } = event.delivery;
      if (outcome.state === "sent") log.write("NotificationSent", { topic, of });
      else log.write("NotificationFailed", { topic, of, code: outcome.code, message: outcome.message });
      return;
    }
    case "RunEnded": {
      const { end, epoch, rounds, actions, held, unknown, failure, runAgainAt, startedAt, endedAt } = event.record;
      log.write("RunEnded", {
        end,
        epoch,
        rounds,
        milliseconds: endedAt - startedAt,
        actions: actions.length,
        held: held.length,
        unknown: unknown.length,
        failure: failure === undefined ? undefined : { ...failure },
        runAgainAt,
      });
      return;
    }
    case "LeaseAcquired":
    case "RevisionAccepted":
    case "Planned":
    case "ActionStarted":
      return;
  }
}

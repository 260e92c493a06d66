import { schedule } from "./agenda.ts";
import type { Ec2Context } from "./context.ts";
import { putInstance } from "./instance-lookup.ts";
import type { InstanceRecord, InstanceStateName } from "./instance-state.ts";

type Destination = "running" | "stopped" | "terminated";

const ON_THE_WAY: Readonly<Record<Destination, InstanceStateName>> = {
  running: "pending",
  stopped: "stopping",
  terminated: "shutting-down",
};

interface Why {
  readonly reason?: { readonly Code: string; readonly Message: string };
  readonly text: string;
}

/** Sets an instance on its way at `at`; what it was on its way to is dropped. */
export function beginTransition(
  instance: InstanceRecord,
  to: Destination,
  at: number,
  context: Ec2Context,
  why: Why,
): InstanceRecord {
  const { launch, stop, terminate } = context.state.timing;
  const arrives = at + (to === "running" ? launch : to === "stopped" ? stop : terminate);
  const { stateReason: _old, ...rest } = instance;
  const moved: InstanceRecord = {
    ...rest,
    state: ON_THE_WAY[to],
    stateSince: at,
    transition: { to, at: arrives },
    transitionReason: why.text,
    ...(why.reason === undefined ? {} : { stateReason: why.reason }),
    ...(instance.state === "running" && instance.lastRun !== undefined
      ? { lastRun: { from: instance.lastRun.from, until: at } }
      : {}),
  };
  putInstance(context, moved);
  schedule(context.state, { at: arrives, kind: "instance", instanceId: instance.instanceId, to });
  return moved;
}

/** Why an instance stops or ends when a person or a program asks for it. */
export function userInitiated(at: number): Why {
  const text = new Date(at).toISOString().slice(0, 19).replace("T", " ");
  return {
    reason: { Code: "Client.UserInitiatedShutdown", Message: "Client.UserInitiatedShutdown: User initiated shutdown" },
    text: `User initiated (${text} GMT)`,
  };
}

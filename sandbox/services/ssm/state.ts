import type { CommandRecord, InvocationRecord } from "./command-state.ts";
import type { DocumentRecord } from "./document-state.ts";
import type { ParameterRecord } from "./parameter-state.ts";

/** What one account's Systems Manager holds in one region: plain JSON, times in epoch milliseconds. */
export interface SsmState {
  timing: SsmTiming;
  /** By {@link nameKey}. */
  readonly parameters: Record<string, ParameterRecord>;
  /** By {@link nameKey}. */
  readonly documents: Record<string, DocumentRecord>;
  /** Managed nodes, by instance id. */
  readonly registrations: Record<string, RegistrationRecord>;
  readonly commands: Record<string, CommandRecord>;
  /** By command, then instance. */
  readonly invocations: Record<string, Record<string, InvocationRecord>>;
}

/** How long Systems Manager takes, in milliseconds. */
export interface SsmTiming {
  /** From an instance that runs, with a role that lets it, to a managed node. */
  readonly registration: number;
  /** Between two signs of life of an agent. */
  readonly heartbeat: number;
  /** From the last sign of life to `ConnectionLost`. */
  readonly connectionLost: number;
  /** How long after SendCommand an invocation isn't there yet. */
  readonly invocationLag: number;
  /** From SendCommand to an agent that is online. */
  readonly delivery: number;
  /** The least that a step takes. */
  readonly step: number;
  /** From `Creating` or `Updating` to `Active`. */
  readonly documentActive: number;
  /** How long a command stays listed. */
  readonly history: number;
}

const SECOND = 1000;
const DAY = 24 * 3600 * SECOND;

export const DEFAULT_SSM_TIMING: SsmTiming = {
  registration: 45 * SECOND,
  heartbeat: 300 * SECOND,
  connectionLost: 300 * SECOND,
  invocationLag: 500,
  delivery: SECOND,
  step: SECOND,
  documentActive: 0,
  history: 30 * DAY,
};

export interface RegistrationRecord {
  readonly instanceId: string;
  readonly registeredAt: number;
  readonly agentVersion: string;
  /** Set while the agent doesn't answer: since when. */
  readonly silentSince?: number;
  /** Set by tests: the agent is gone although its instance runs. */
  readonly agentStopped?: boolean;
}

/** The prefix keeps a name like `__proto__` an ordinary key. Names of parameters and documents differ by case. */
export function nameKey(name: string): string {
  return `=${name}`;
}

export function emptySsmState(timing: SsmTiming): SsmState {
  return { timing, parameters: {}, documents: {}, registrations: {}, commands: {}, invocations: {} };
}

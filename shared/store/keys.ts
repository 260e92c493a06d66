import { createHash } from "node:crypto";

/** Where everything of a fleet lies in the state bucket. One folder a fleet, so that a role can be bound to it. */
export const fleetsFolder = "fleets/";

/** `fleets/<fleet>/` and a name; the desired schema keeps fleet names to `[a-z0-9-]`. */
export function keysOf(fleet: string) {
  const folder = `${fleetsFolder}${fleet}/`;
  return {
    /** The newest revision as pushed; its sequence, commit and digest are user metadata. */
    desired: `${folder}desired.yaml`,
    /** The last revision that was valid: in force. */
    accepted: `${folder}accepted.yaml`,
    lease: `${folder}lease.json`,
    status: `${folder}status.json`,
    /** The newest plan that was to be applied, and how it ended. */
    plan: `${folder}plan.json`,
    approvals: `${folder}approvals.json`,
    /** What people hold the fleet by: a suspension, and that it is being taken down or has been. Only commands write it. */
    holds: `${folder}holds.json`,
    /** What collection remembers: written by who marks. */
    ledger: `${folder}collection/ledger.json`,
    /** What sweeps found and did: written by who deletes. */
    sweeps: `${folder}collection/sweeps.json`,
    heartbeat: `${folder}heartbeat.json`,
    /** What the host writes itself, where an answer is too long for SSM. It may write here alone. */
    outputs: `${folder}outputs/`,
    /** One object a run that changed something or ended otherwise than the one before. */
    history: `${folder}history/`,
  };
}

/** Keys sort by time, then by epoch; the request makes them unique, and a repeated append lands on the same key. */
export function historyKey(
  fleet: string,
  record: { readonly endedAt: number; readonly epoch: number; readonly requestId: string },
) {
  const time = new Date(record.endedAt).toISOString().replaceAll(":", "-");
  const request = /^[A-Za-z0-9_-]{1,64}$/.test(record.requestId)
    ? record.requestId
    : createHash("sha256").update(record.requestId).digest("hex").slice(0, 32);
  return `${keysOf(fleet).history}${time}_${String(record.epoch).padStart(9, "0")}_${request}.json`;
}

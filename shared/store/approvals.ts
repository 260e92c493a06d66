import type { Approval } from "../engine/state-port.ts";
import { update } from "./conditional-update.ts";
import { decode } from "./format.ts";
import { approvalsFormat } from "./formats.ts";
import { keysOf } from "./keys.ts";
import type { ObjectStore } from "./object-store.ts";

/** How long a yes is good for, in milliseconds: a week. What a person saw before then may not be what they would allow now. */
export const approvalLife = 7 * 24 * 3_600_000;

/** Approvals that were not given too long ago, spent ones included. @param now epoch milliseconds */
export async function readApprovals(
  store: ObjectStore,
  fleet: string,
  now: number | undefined,
): Promise<readonly Approval[]> {
  const object = await store.get(keysOf(fleet).approvals);
  return object === undefined ? [] : current(decode(approvalsFormat, object).approvals, now);
}

/** Adds what isn't there; an unspent one stays as it is, a spent one is renewed by a later yes to the same action. */
export async function addApprovals(
  store: ObjectStore,
  fleet: string,
  added: readonly Approval[],
): Promise<readonly Approval[]> {
  const result = await update(store, keysOf(fleet).approvals, approvalsFormat, (value) => {
    const before = value?.approvals ?? [];
    const approvals = added.reduce(withApproval, current(before, store.serverTime()?.earliest));
    return approvals.length === before.length && approvals.every((approval, at) => approval === before[at])
      ? undefined
      : { ...value, approvals };
  });
  return result?.approvals ?? [];
}

/** Spends an approval, once whoever asks: false where there is none, it is spent, or it is too old. */
export async function useApproval(
  store: ObjectStore,
  fleet: string,
  actionId: string,
  requestId: string,
): Promise<boolean> {
  let used = false;
  await update(store, keysOf(fleet).approvals, approvalsFormat, (value) => {
    const approvals = current(value?.approvals ?? [], store.serverTime()?.latest);
    used = approvals.some((approval) => approval.actionId === actionId && approval.usedBy === undefined);
    if (!used) return undefined;
    return {
      ...value,
      approvals: approvals.map((approval) =>
        approval.actionId === actionId ? { ...approval, usedBy: requestId } : approval,
      ),
    };
  });
  return used;
}

function withApproval(approvals: readonly Approval[], added: Approval): readonly Approval[] {
  const before = approvals.find((approval) => approval.actionId === added.actionId);
  if (before === undefined) return [...approvals, added];
  if (before.usedBy === undefined || added.at <= before.at) return approvals;
  return approvals.map((approval) => (approval === before ? added : approval));
}

function current(approvals: readonly Approval[], now: number | undefined): readonly Approval[] {
  return now === undefined ? approvals : approvals.filter((approval) => now < approval.at + approvalLife);
}

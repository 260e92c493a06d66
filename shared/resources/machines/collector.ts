import type { Fleet } from "../../desired/fleet.ts";
import type { Collect } from "../../engine/engine.ts";
import type { Lease } from "../../engine/lease.ts";
import { collectedFleet, type HostLayout, policyOf } from "./collected-fleet.ts";
import { type MarkingPorts, markOrphans } from "./marker.ts";
import { type CollectionSummary, conditionVerdict, summarize } from "./summary.ts";

export interface CollectorOptions {
  /** Made anew for each lease: the marker's client checks it before each call. */
  readonly ports: (lease: Lease) => MarkingPorts & { readonly network: Parameters<typeof collectedFleet>[2] };
  readonly account: () => Promise<string>;
  readonly layout: HostLayout;
  /** Told what each look found: metrics, and the hand-over to who sweeps. */
  readonly onLook?: (fleet: string, summary: CollectionSummary) => void;
}

/** The kind `machines`: it owns nothing that lives. After a run it marks what the manager lost, and reports. */
export function machinesCollector({ ports, account, layout, onLook }: CollectorOptions): Collect<Fleet> {
  return async ({ fleet, name, lease }) => {
    const means = ports(lease);
    const collected = await collectedFleet(fleet, await account(), means.network, layout);
    const { look, ledger, failures } = await markOrphans(means, collected, policyOf(fleet));
    const summary = summarize(look, ledger);
    onLook?.(name, summary);
    const verdict = conditionVerdict(summary);
    const [failure] = failures;
    return failure === undefined ? verdict : { ...verdict, message: `${verdict.message}; ${failure.message}` };
  };
}

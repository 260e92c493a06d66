import type { Fleet } from "../../desired/fleet.ts";
import type { ActionDraft, Change } from "../../engine/action.ts";
import type { KindTeardown } from "../../engine/kind.ts";
import { type HostDesired, kind, recordName } from "./desired.ts";
import { instanceTarget } from "./instance.ts";
import type { HostState } from "./observe.ts";
import { recordDeletion } from "./record.ts";

/**
 * The record goes beside the instance and the address after both, so that GitLab's name never leads to a stranger. The data
 * volume goes last, and only where `--data` is given and its deletionPolicy is Delete.
 */
export const hostTeardown: KindTeardown<Fleet, HostDesired, HostState> = {
  diff({ fleet, name, desired, observed, data }) {
    const target = { kind, name };
    const end = (change: Change, reason: string): ActionDraft => {
      const base = { target, verb: "delete", risk: "destructive", ownership: "ours" } as const;
      return { ...base, changes: [change], reason };
    };
    switch (observed.type) {
      case "instance":
        return [
          {
            ...end(
              { path: "id", from: observed.id },
              `host ${observed.id} is this fleet's; its root volume goes with it`,
            ),
            protected: true,
          },
        ];
      case "record":
        return recordDeletion(target, observed).map((draft) => ({
          ...draft,
          reason: `the record ${observed.name} is this fleet's`,
        }));
      case "address": {
        // One that the file names by its id is its owner's: it is free once the instance has ended.
        if (desired?.type === "address" && desired.allocationId !== undefined) return [];
        const dns = fleet.spec.host?.dns;
        const record = dns === undefined ? [] : [{ kind, name: recordName(dns.zoneId, dns.name) }];
        const needs = [instanceTarget, ...record];
        const { allocationId, publicIp } = observed;
        return [{ ...end({ path: "allocationId", from: allocationId }, `address ${publicIp} is this fleet's`), needs }];
      }
      case "volume": {
        const policy = desired?.type === "volume" ? desired.deletionPolicy : "Retain";
        if (!data || policy !== "Delete") return [];
        const reason = `data volume ${observed.id} is this fleet's, and its deletionPolicy is Delete: GitLab's data ends here`;
        return [{ ...end({ path: "id", from: observed.id }, reason), needs: [instanceTarget], protected: true }];
      }
      case "lost-volume":
        return [];
    }
  },
  identity(_name, observed) {
    switch (observed.type) {
      case "instance":
      case "volume":
      case "lost-volume":
        return { id: observed.id };
      case "address":
        return { allocationId: observed.allocationId };
      case "record":
        return { zoneId: observed.zoneId, name: observed.name, values: observed.record?.values ?? null };
    }
  },
};

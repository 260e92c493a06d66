import type { LeasePort } from "../engine/lease.ts";

/**
 * Leases that are only handed out once it is known whose credentials these are. Both are asked side by side, so that it
 * costs no round trip; a lease that was taken in vain is given back at once.
 */
export function identifiedLeases(leases: LeasePort, identify: () => Promise<void>): LeasePort {
  return {
    async acquire(fleet, request) {
      const [acquisition, identity] = await Promise.allSettled([leases.acquire(fleet, request), identify()]);
      if (acquisition.status === "rejected") throw acquisition.reason;
      if (identity.status === "rejected") {
        if (acquisition.value.state === "acquired") await acquisition.value.lease.release([], true);
        throw identity.reason;
      }
      return acquisition.value;
    },
  };
}

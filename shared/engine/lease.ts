import type { RunRequest } from "./record.ts";

/**
 * Left by a run that found the lease held. Notes are kept **in the lease object**, added by a conditional write, and the
 * release is conditional too: so a note can't fall between a holder's last look and its leaving.
 */
export interface LeaseNote extends RunRequest {
  /** Epoch milliseconds of the store's time. */
  readonly at: number;
}

/** The right to act on one fleet, for a while. */
export interface Lease {
  /** Rises with every acquisition; host scripts refuse a lower one of the same incarnation. */
  readonly epoch: number;
  /** Identifies the store; a recreated bucket starts another. */
  readonly incarnation: string;
  /** By this machine's clock, epoch milliseconds, all safety margins taken off: past it nothing may be started. */
  readonly expiresAt: number;
  /** Called right before each write. Local, makes no call. @throws {Failure} `LeaseLost` once the lease may have ended. */
  assertHeld(): void;
  /**
   * Gives it back and takes the served notes out: one conditional write, no read where nobody wrote meanwhile. Notes stay
   * in the lease until they are served, so a crash leaves them to the next holder.
   * `noted`: there are notes that were not served: the lease is still held; serve them and release again.
   * `lost`: it was not ours any more, so there was nothing to give.
   * @param served request ids of notes; @param evenIfNoted leave the others to the next holder and go
   */
  release(
    served: readonly string[],
    evenIfNoted?: boolean,
  ): Promise<
    | { readonly state: "released" }
    | { readonly state: "noted"; readonly notes: readonly LeaseNote[] }
    | { readonly state: "lost" }
  >;
}

export type Acquisition =
  /** With the notes that an earlier holder left unserved. */
  | { readonly state: "acquired"; readonly lease: Lease; readonly notes: readonly LeaseNote[] }
  /** Another run holds it; the request was left as a note in it, where `noted`. */
  | { readonly state: "held"; readonly by: string; readonly expiresAt: number; readonly noted: boolean };

export interface LeasePort {
  /**
   * One read and one conditional write: takes a lease that is free or has ended by the store's own time; leaves the
   * request as a note where it is held, tries again where it was released meanwhile. @throws {Failure} classified
   */
  acquire(fleet: string, request: RunRequest): Promise<Acquisition>;
}

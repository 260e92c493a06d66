import type { HostHistory } from "./history.ts";

/** Every life of a fleet with a host that ever broke a property, as it was shrunk, and what it found. Played before random ones. */
export const hostRegressions: readonly { readonly why: string; readonly history: HostHistory }[] = [];

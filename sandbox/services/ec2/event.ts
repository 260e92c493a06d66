import type { InstanceStateName } from "./instance-state.ts";

/** What happens by itself once its time has come. */
export type Ec2Event =
  | { readonly at: number; readonly kind: "instance"; readonly instanceId: string; readonly to: InstanceStateName }
  | { readonly at: number; readonly kind: "forget-instance"; readonly instanceId: string }
  | { readonly at: number; readonly kind: "interrupt"; readonly instanceId: string }
  | { readonly at: number; readonly kind: "evaluate-spot"; readonly requestId: string }
  | { readonly at: number; readonly kind: "launch-spot"; readonly requestId: string }
  | { readonly at: number; readonly kind: "forget-spot"; readonly requestId: string };

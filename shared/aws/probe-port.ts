import type { JsonObject } from "../engine/json.ts";
import type { HostCommand } from "../resources/common/host-command.ts";

/** Asks instances by documents that only read: needs no lease, and writes nothing. */
export interface InstanceProbe {
  /**
   * What the document answered, once its end mark, nonce, length and hash were found right.
   * @param wait milliseconds
   * @throws Failure where no agent is registered, it doesn't answer in time, or its answer doesn't count
   */
  ask(instanceId: string, command: HostCommand, wait: number): Promise<JsonObject>;
  /** Whether Systems Manager's inventory, read completely, has an agent of this instance, answering or not. */
  hasAgent(instanceId: string): Promise<boolean>;
}

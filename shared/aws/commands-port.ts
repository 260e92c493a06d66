import type { Failure } from "../engine/failure.ts";
import type { JsonObject } from "../engine/json.ts";
import type { HostCommand } from "../resources/common/host-command.ts";
import type { HostFacts } from "../resources/common/host-facts.ts";

/**
 * What the host told. `unregistered`: Systems Manager knows no agent of that instance, which is how each one begins.
 * `unknown`: it was asked, and gave no answer that counts.
 */
export type FactsAnswer =
  | { readonly state: "known"; readonly facts: HostFacts }
  | { readonly state: "unregistered" }
  | { readonly state: "unknown"; readonly why: string };

/** What became of a command. `unknown`: whether its script ran can't be told; what it did shows in the facts. */
export type CommandState =
  | { readonly state: "pending"; readonly what: string }
  | { readonly state: "done"; readonly result: JsonObject }
  | { readonly state: "failed"; readonly failure: Failure }
  | { readonly state: "unknown"; readonly why: string };

export interface CommandReader {
  /**
   * One command of the facts document, which only reads. Whoever asks while another's question is under way gets that one's
   * answer: kinds that look side by side cost one command together.
   */
  facts(instanceId: string): Promise<FactsAnswer>;
  /** Sends a document that only reads, and waits for its answer. Unlike the facts, which kinds share, it is asked for anew. */
  ask(instanceId: string, command: HostCommand): Promise<CommandState>;
  /** @param token of {@link CommandWriter.run} */
  outcome(instanceId: string, token: string): Promise<CommandState>;
}

export type CommandRun =
  | { readonly state: "done"; readonly result: JsonObject }
  /** It goes on; the token asks for its outcome later, also from another process. */
  | { readonly state: "pending"; readonly token: string };

export interface CommandWriter {
  /**
   * Sends one of our documents under the lease's fence and waits a little for its end.
   * @param wait milliseconds; 0: not at all
   * @throws Failure `NotRegistered`, the script's own code, or `LeaseLost` where a later run has written to the host
   */
  run(instanceId: string, command: HostCommand, wait: number): Promise<CommandRun>;
}

import type { HttpHandlerOptions, HttpRequest } from "@smithy/types";
import type { SandboxClock } from "../../sandbox/clock.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { SandboxHandler } from "../../sandbox/sdk-handler.ts";

/** A process that is suspended for a while after one of its answers. */
export class NappingHandler extends SandboxHandler {
  readonly #clock: SandboxClock;
  readonly #after: number;
  readonly #nap: number;

  constructor(sandbox: Sandbox, clock: SandboxClock, after: number, nap: number) {
    super(sandbox);
    this.#clock = clock;
    this.#after = after;
    this.#nap = nap;
  }

  override async handle(request: HttpRequest, options?: HttpHandlerOptions) {
    const answer = await super.handle(request, options);
    if (this.calls === this.#after) await this.#clock.sleep(this.#nap);
    return answer;
  }
}

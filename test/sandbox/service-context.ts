import { VirtualClock } from "../../sandbox/clock.ts";
import { seededRandom } from "../../sandbox/random.ts";
import type { ServiceContext, StateKey } from "../../sandbox/service.ts";

/** A world without a wire: contexts whose services share states, one clock and one seed. */
export function directWorld(): {
  readonly clock: VirtualClock;
  context<State extends object>(key: StateKey<State>): ServiceContext<State>;
} {
  const clock = new VirtualClock();
  const random = seededRandom({ seed: 1 });
  const states = new Map<string, object>();
  const stateOf = <State extends object>(key: StateKey<State>): State => {
    const known = states.get(key.name) ?? key.initial();
    states.set(key.name, known);
    return known as State;
  };
  const account = "123456789012";
  return {
    clock,
    context: (key) => ({
      state: stateOf(key),
      stateOf,
      clock,
      random,
      account,
      region: "eu-central-1",
      partition: "aws",
      caller: { accessKeyId: "AKIDSANDBOX", account, arn: `arn:aws:iam::${account}:root` },
      requestId: "00000000-0000-4000-8000-000000000000",
      pageSize: undefined,
    }),
  };
}

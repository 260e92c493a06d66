import { targetKey } from "./action.ts";
import { Failure, failureWhile } from "./failure.ts";
import type { TeardownPhase } from "./gate.ts";
import type { Json } from "./json.ts";
import type { Kind, ObserveContext } from "./kind.ts";
import { absent, type Observation, unknown } from "./observation.ts";
import type { FleetState, Teardown } from "./state-port.ts";

/**
 * The same kind for a fleet that is taken down: it wants nothing, finds what it always finds, and proposes the end of what
 * is the fleet's. Order, gate, checks and crash safety are those of every run.
 */
export function endingKind<Fleet, Readers, Writers>(
  kind: Kind<Fleet, Readers, Writers>,
  data: boolean,
): Kind<Fleet, Readers, Writers> {
  const { teardown } = kind;
  return {
    ...kind,
    ends: true,
    desired: () => new Map(),
    observe: (context) => observeEnding(kind, context),
    diff({ fleet, name, observed }) {
      if (teardown === undefined || observed === undefined) return [];
      return teardown.diff({ fleet, name, observed, data, desired: kind.desired(fleet).get(name) });
    },
    fingerprinted: (name, observed) => teardown?.identity(name, observed) ?? observed,
  };
}

/** What can't be told is unknown by its name, also where no status remembers that there was such a thing. */
async function observeEnding<Fleet, Readers, Writers>(
  kind: Kind<Fleet, Readers, Writers>,
  context: ObserveContext<Fleet, Readers>,
): Promise<ReadonlyMap<string, Observation<Json>>> {
  const { teardown } = kind;
  const all = (see: (name: string) => Observation<Json>, names: Iterable<string>) =>
    new Map([...names].map((name) => [name, see(name)]));
  if (teardown === undefined) return all(() => absent, context.inventory);
  let wanted = context.only ?? context.inventory;
  try {
    if (context.only === undefined) wanted = [...new Set([...kind.desired(context.fleet).keys(), ...wanted])];
    const { within } = teardown;
    if (within !== undefined && context.gone?.has(targetKey(within))) return all(() => absent, wanted);
    const found = await kind.observe(context);
    return all(
      (name) => ended(kind, name, found.get(name) ?? unknown(`${kind.kind} gave no answer about it`)),
      new Set([...wanted, ...found.keys()]),
    );
  } catch (error) {
    const why = failureWhile(`observing ${kind.kind}`, error).message;
    const names = wanted.length > 0 ? wanted : ["everything"];
    return all(() => unknown(why), names);
  }
}

function ended<Fleet, Readers, Writers>(
  { teardown }: Kind<Fleet, Readers, Writers>,
  name: string,
  observation: Observation<Json>,
): Observation<Json> {
  if (observation.state !== "present" || teardown?.ended?.(name, observation.value) !== true) return observation;
  const { operation } = observation;
  return operation === undefined ? absent : { state: "absent", operation };
}

/** Whether a teardown goes on: one that has ended holds nobody. */
export function isUnderWay(teardown: Teardown | undefined): teardown is Teardown {
  return teardown !== undefined && teardown.endedAt === undefined;
}

/** Whether a fleet was destroyed and no file has come since. */
export function isDestroyed({ teardown, newest, newestRefused, accepted }: FleetState): boolean {
  const ended = teardown !== undefined && teardown.endedAt !== undefined;
  return ended && newest === undefined && newestRefused === undefined && accepted === undefined;
}

/** Pure. @throws Failure `NoTeardown` where a teardown's run finds none under way: somebody gave it up */
export function teardownPhase(
  engine: { readonly teardown?: true },
  { teardown }: Pick<FleetState, "teardown">,
): TeardownPhase | undefined {
  if (isUnderWay(teardown)) return engine.teardown === true ? "running" : "held";
  if (engine.teardown !== true) return undefined;
  throw new Failure({
    code: "NoTeardown",
    class: "terminal",
    message: "no teardown of this fleet is under way: it was given up, or it has ended",
    hint: "Run `fleetkeeper destroy` again to see the plan.",
  });
}

/** Who approved what, by action id. */
export function teardownApprovals(teardown: Teardown | undefined): ReadonlyMap<string, string> {
  return new Map((teardown?.approved ?? []).map(({ actionId, by }) => [actionId, by]));
}

import fc from "fast-check";
import type { Risk } from "../../shared/engine/action.ts";
import type { Json } from "../../shared/engine/json.ts";
import type { ModelFleet, Thing, Wanted } from "./model-kind.ts";
import { leaseTtl } from "./model-store.ts";
import type { ModelWorld } from "./model-world.ts";
import type { PropertyWorld } from "./properties.ts";

export function propertyWorld(world: ModelWorld): PropertyWorld {
  const first = new Map(world.state.things);
  return {
    run: (options) => world.run(options),
    snapshot: () => snapshot(world),
    memory: () =>
      JSON.parse(JSON.stringify([world.store.status ?? null, world.store.plan ?? null, world.store.history])) as Json,
    status: () => world.store.status,
    rest: () => world.clock.advance(leaseTtl * 2),
    violations: () => violations(world, first),
  };
}

/** The things by name, ids replaced by names. */
function snapshot(world: ModelWorld): Json {
  const nameOf = new Map([...world.state.things].map(([key, { id }]) => [id, key]));
  const entries = [...world.state.things].map(([key, thing]) => {
    const { id: _id, ...rest } = thing;
    return [key, { ...rest, uses: nameOf.get(thing.uses) ?? thing.uses }] as const;
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function violations(world: ModelWorld, first: ReadonlyMap<string, Thing>): readonly string[] {
  const found: string[] = [];
  for (const { key, before, verb } of world.state.writes) {
    if (before?.owner === "others" && !adopts(world, key)) found.push(`${verb} of ${key}, which is foreign`);
    if (verb === "delete" && before !== undefined && before.owner !== "us") found.push(`deleted ${key}`);
  }
  for (const [key, thing] of first) {
    const now = world.thing(key);
    if (now !== undefined && now.undeclared !== thing.undeclared) found.push(`changed an undeclared field of ${key}`);
    if (thing.owner === "others" && !adopts(world, key) && JSON.stringify(now) !== JSON.stringify(thing)) {
      found.push(`changed ${key}, which is foreign`);
    }
  }
  return found;
}

function adopts(world: ModelWorld, key: string): boolean {
  const fleet = JSON.parse(world.store.newest?.body ?? "{}") as Partial<ModelFleet>;
  const [kind = "", name = ""] = key.split("/");
  return fleet.kinds?.[kind]?.[name]?.adopt === true;
}

const names = ["a", "b", "c"];
const needOf: Readonly<Record<string, string>> = { host: "net", app: "host" };

/** Files over a few names; what a thing uses is always declared. */
export const anyFleet: fc.Arbitrary<ModelFleet> = fc
  .record({
    net: subset(),
    disk: subset(),
    host: subset(),
    app: subset(),
    sizes: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 12, maxLength: 12 }),
    uses: fc.array(fc.nat({ max: 5 }), { minLength: 12, maxLength: 12 }),
  })
  .map(({ sizes, uses, ...declared }) => {
    let index = 0;
    const kinds: Record<string, Record<string, Wanted>> = {};
    for (const [kind, members] of Object.entries(declared)) {
      const things: Record<string, Wanted> = {};
      for (const name of members) {
        const choices = Object.keys(kinds[needOf[kind] ?? ""] ?? {});
        const chosen = choices[(uses[index] ?? 0) % Math.max(choices.length + 1, 1)];
        const size = sizes[index] ?? 1;
        things[name] = { size, adopt: true, ...(chosen === undefined ? {} : { uses: `${needOf[kind]}/${chosen}` }) };
        index += 1;
      }
      kinds[kind] = things;
    }
    return { name: "model", mode: "Enforce", kinds };
  });

/** Files that don't adopt everything, may only observe, and whose changes are of any risk. */
export const anyStrictFleet: fc.Arbitrary<ModelFleet> = fc
  .record({
    fleet: anyFleet,
    mode: fc.constantFrom<ModelFleet["mode"]>("Enforce", "Enforce", "Observe"),
    windowOpen: fc.boolean(),
    deleteRisk: anyRisk(),
    adopt: fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
    risks: fc.array(anyRisk(), { minLength: 12, maxLength: 12 }),
  })
  .map(({ fleet, adopt, risks, ...rest }) => {
    let index = 0;
    const kinds = Object.entries(fleet.kinds).map(([kind, things]) => {
      const wanted = Object.entries(things).map(([name, thing]) => {
        index += 1;
        return [name, { ...thing, adopt: adopt[index] ?? false, risk: risks[index] ?? "safe" }] as const;
      });
      return [kind, Object.fromEntries(wanted)] as const;
    });
    return { ...fleet, ...rest, kinds: Object.fromEntries(kinds) };
  });

function anyRisk(): fc.Arbitrary<Risk> {
  return fc.constantFrom<Risk>("safe", "disruptive", "destructive");
}

function subset(): fc.Arbitrary<string[]> {
  return fc.subarray(names);
}

/** Things that are there before the first run: ours from before, half-made ones, and those of others. */
export const anyThings: fc.Arbitrary<readonly (readonly [string, Thing])[]> = fc
  .uniqueArray(
    fc.record({
      kind: fc.constantFrom("net", "disk", "host", "app"),
      name: fc.constantFrom("a", "b", "c", "x"),
      size: fc.integer({ min: 1, max: 9 }),
      owner: fc.constantFrom<Thing["owner"]>("us", "others"),
      finished: fc.boolean(),
      undeclared: fc.constantFrom("", "a note"),
    }),
    { selector: ({ kind, name }) => `${kind}/${name}`, maxLength: 8 },
  )
  .map((things) =>
    things.map(
      ({ kind, name, ...rest }) => [`${kind}/${name}`, { ...rest, id: `${kind}/${name}#0`, uses: "" }] as const,
    ),
  );

export const anyFaults = fc.array(
  fc.record({
    call: fc.integer({ min: 1, max: 60 }),
    fault: fc.constantFrom("refuse" as const, "lose" as const),
  }),
  { maxLength: 5 },
);

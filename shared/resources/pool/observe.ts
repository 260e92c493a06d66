import type { HostReader } from "../../aws/host-port.ts";
import type { LaunchTemplateRecord, PoolReader, ScalingGroupRecord } from "../../aws/pool-port.ts";
import type { Fleet } from "../../desired/fleet.ts";
import { failureWhile } from "../../engine/failure.ts";
import { absent, type Observation, type Operation, present, unknown } from "../../engine/observation.ts";
import { markOf } from "../common/tags.ts";
import { groupResource, kind, type PoolDesired, type TemplateDesired, templateResource } from "./desired.ts";
import type { GroupState } from "./group.ts";
import type { Image, TemplateState } from "./template.ts";

export type PoolState = TemplateState | GroupState;

export interface PoolReaders {
  readonly pool: PoolReader;
  readonly host: Pick<HostReader, "imageBehind">;
}

interface Look {
  readonly fleet: Fleet;
  readonly readers: PoolReaders;
  readonly desired: ReadonlyMap<string, PoolDesired>;
  readonly inventory: readonly string[];
  readonly operations: ReadonlyMap<string, Operation>;
  readonly only: readonly string[] | undefined;
  readonly now: number;
}

type Seen = Observation<PoolState>;
type Found = ReadonlyMap<string, Seen>;

/** Groups and templates side by side; one listing that fails makes only its own half unknown. */
export async function observePools(look: Look): Promise<Found> {
  const names = look.only ?? [...new Set([...look.desired.keys(), ...look.inventory])];
  if (names.length === 0) return new Map();
  const named = (prefix: string) => names.filter((name) => name.startsWith(prefix));
  const halves = await Promise.all([
    half(named(groupResource("")), (wanted) => groups(look, wanted)),
    half(named(templateResource("")), (wanted) => templates(look, wanted)),
  ]);
  return new Map(halves.flatMap((found) => [...found]));
}

async function half(names: readonly string[], see: (names: readonly string[]) => Promise<Found>): Promise<Found> {
  if (names.length === 0) return new Map();
  try {
    return await see(names);
  } catch (error) {
    const why = unknown(failureWhile("observing", error).message);
    return new Map(names.map((name) => [name, why]));
  }
}

/** By mark, and by name what the marks don't show: somebody else's, or ours without its tags. */
async function groups(look: Look, names: readonly string[]): Promise<Found> {
  const { pool } = look.readers;
  const marked = await pool.groupsTagged(markOf(look.fleet, kind));
  const byName = new Map(marked.map((group) => [groupResource(group.name), group]));
  const unseen = wantedOf(look, names, "group").filter(({ name }) => !byName.has(groupResource(name)));
  if (unseen.length > 0) {
    for (const group of await pool.groupsNamed(unseen.map(({ name }) => name))) {
      byName.set(groupResource(group.name), group);
    }
  }
  const left = look.only === undefined ? [...byName.keys()] : [];
  return new Map([...new Set([...names, ...left])].map((name) => [name, seenGroup(look, name, byName.get(name))]));
}

function seenGroup(look: Look, name: string, group: ScalingGroupRecord | undefined): Seen {
  if (group === undefined) return absent;
  const seen = present<PoolState>({ type: "group", ...group });
  if (!group.going || seen.state !== "present") return seen;
  const { startedAt = look.now } = look.operations.get(name) ?? {};
  const message = `Auto Scaling deletes group ${group.name}`;
  const operation = { token: "going", startedAt, notBefore: look.now + 30_000, message };
  return { ...seen, operation: { state: "underWay", operation } };
}

async function templates(look: Look, names: readonly string[]): Promise<Found> {
  const { pool } = look.readers;
  const wanted = wantedOf(look, names, "template");
  const [marked, versions, images] = await Promise.all([
    pool.templatesTagged(markOf(look.fleet, kind)),
    Promise.all(wanted.map(({ name }) => pool.templateVersion(name, "$Default"))),
    Promise.all(wanted.map((template) => imageOf(look, template))),
  ]);
  const byName = new Map(marked.map((template) => [templateResource(template.name), template]));
  const left = look.only === undefined ? [...byName.keys()] : [];
  const found = new Map<string, Seen>();
  for (const name of new Set([...names, ...left])) {
    const index = wanted.findIndex((template) => templateResource(template.name) === name);
    const template = wanted[index];
    const image = images[index];
    if (template === undefined || image === undefined) {
      const leftover = byName.get(name);
      found.set(name, leftover === undefined ? absent : await seenLeft(pool, leftover));
      continue;
    }
    const version = versions[index];
    const record = version === undefined ? undefined : (byName.get(name) ?? (await pool.templateNamed(template.name)));
    const known = "unknown" in image ? { imageUnknown: image.unknown } : { image };
    if (version === undefined || record === undefined) found.set(name, absent);
    else found.set(name, present({ type: "template", ...record, data: version.data, ...known }));
  }
  return found;
}

async function seenLeft(pool: PoolReader, template: LaunchTemplateRecord): Promise<Seen> {
  const version = await pool.templateVersion(template.name, "$Default");
  return version === undefined ? absent : present({ type: "template", ...template, data: version.data });
}

/** An AMI that can't be looked up leaves open whether its own template is as declared, and no other. */
async function imageOf(look: Look, { image }: TemplateDesired): Promise<Image | { readonly unknown: string }> {
  try {
    return await lookUpImage(image, look.readers);
  } catch (error) {
    // Without the answer's own words: they change with every request.
    const { code, hint } = failureWhile("looking up the pool's AMI", error);
    const named = "id" in image ? image.id : image.ssm;
    const missing = code === "NotFound" || code === "ImageMissing";
    return {
      unknown: missing
        ? `there is no AMI ${named}: correct the pool's ami`
        : `AMI ${named} could not be looked up (${code}${hint === undefined ? "" : `: ${hint}`})`,
    };
  }
}

export async function lookUpImage(image: TemplateDesired["image"], readers: PoolReaders): Promise<Image> {
  const id = "id" in image ? image.id : await readers.host.imageBehind(image.ssm);
  return { id, rootDevice: await readers.pool.rootDeviceOf(id) };
}

function wantedOf<Type extends PoolDesired["type"]>(
  { desired }: Look,
  names: readonly string[],
  type: Type,
): readonly Extract<PoolDesired, { type: Type }>[] {
  return names.flatMap((name) => {
    const one = desired.get(name);
    return one?.type === type ? [one as Extract<PoolDesired, { type: Type }>] : [];
  });
}

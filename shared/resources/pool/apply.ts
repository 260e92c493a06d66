import type { PoolWriter } from "../../aws/pool-port.ts";
import type { Change } from "../../engine/action.ts";
import { digest } from "../../engine/digest.ts";
import { Failure } from "../../engine/failure.ts";
import type { Outputs, OutputsByTarget } from "../../engine/kind.ts";
import { changedTags, type Tags } from "../common/tags.ts";
import type { GroupDesired, TemplateDesired } from "./desired.ts";
import { changesSettings, type GroupState, groupSettings } from "./group.ts";
import { changesData, type Image, settingsOf, type TemplateState } from "./template.ts";

export async function createTemplate(
  pool: PoolWriter,
  desired: TemplateDesired,
  image: Image,
  outputs: OutputsByTarget,
  isOurs: (tags: Tags) => boolean,
): Promise<Outputs> {
  const { name, tags } = desired;
  const data = settingsOf(desired, image, outputs);
  const made = await pool.createTemplate({ name, tags, data }, tokenOf(name, data, 1));
  if (made !== "exists") return { id: made.id };
  const existing = await pool.templateNamed(name);
  if (existing !== undefined && isOurs(existing.tags)) return { id: existing.id };
  throw notOurs(`launch template ${name}`, existing === undefined);
}

/** A version that an earlier and lost try has made is found again by its token; then it becomes the default. */
export async function updateTemplate(
  pool: PoolWriter,
  desired: TemplateDesired,
  observed: TemplateState,
  image: Image,
  changes: readonly Change[],
  outputs: OutputsByTarget,
): Promise<Outputs> {
  const tags = changedTags(changes);
  if (Object.keys(tags).length > 0) await pool.tagTemplate(observed.id, tags);
  if (changesData(changes)) {
    const data = settingsOf(desired, image, outputs);
    const number = await pool.addVersion(observed.id, data, tokenOf(observed.id, data, observed.defaultVersion));
    await pool.setDefaultVersion(observed.id, number);
  }
  return { id: observed.id };
}

/** The same for the same wish on the same version, so that a call that got no answer makes nothing twice. */
function tokenOf(template: string, data: object, version: number): string {
  return `fleetkeeper-${digest([template, { ...data }, version]).slice(0, 40)}`;
}

export async function createGroup(
  pool: PoolWriter,
  desired: GroupDesired,
  outputs: OutputsByTarget,
  isOurs: (tags: Tags) => boolean,
): Promise<void> {
  const { name, tags, suspended } = desired;
  if ((await pool.createGroup(name, groupSettings(desired, outputs), tags)) === "exists") {
    const [existing] = await pool.groupsNamed([name]);
    if (existing === undefined || existing.going) throw notOurs(`Auto Scaling group ${name}`, true);
    if (!isOurs(existing.tags)) throw notOurs(`Auto Scaling group ${name}`, false);
  }
  await pool.suspendProcesses(name, suspended);
}

export async function updateGroup(
  pool: PoolWriter,
  desired: GroupDesired,
  observed: GroupState,
  changes: readonly Change[],
  outputs: OutputsByTarget,
): Promise<void> {
  const { name } = desired;
  const handedOn = changes.flatMap(({ path }) => /^propagated\[(.*)\]$/s.exec(path)?.[1] ?? []);
  const tags = {
    ...changedTags(changes),
    ...Object.fromEntries(handedOn.map((key) => [key, desired.tags[key] ?? ""])),
  };
  if (Object.keys(tags).length > 0) await pool.tagGroup(name, tags);
  if (changesSettings(changes)) await pool.updateGroup(name, groupSettings(desired, outputs));
  if (!changes.some(({ path }) => path === "suspended")) return;
  const missing = desired.suspended.filter((process) => !observed.suspended.includes(process));
  const extra = observed.suspended.filter((process) => !desired.suspended.includes(process));
  if (missing.length > 0) await pool.suspendProcesses(name, missing);
  if (extra.length > 0) await pool.resumeProcesses(name, extra);
}

function notOurs(what: string, passes: boolean): Failure {
  return new Failure({
    code: "NotOwned",
    class: passes ? "retry" : "terminal",
    message: `${what} exists and isn't marked as this fleet's`,
    hint: "Set the pool's `adopt: true`, or give it another `groupName`.",
  });
}

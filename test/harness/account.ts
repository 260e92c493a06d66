import type { Sandbox } from "../../sandbox/sandbox.ts";

/** Members that tell when or under which random name something was made, not what it is. */
const incidental = new Set([
  ...["createdAt", "modifiedAt", "visibleAt", "roleSince", "roleId", "profileId", "timing"],
  ...[
    "launchTime",
    "stateSince",
    "lastRun",
    "since",
    "availableAt",
    "attachedAt",
    "startedAt",
    "registeredAt",
    "transitionReason",
  ],
  ...["privateIp", "publicIp", "macAddress", "addressesUsed", "reservationId", "associationId", "attachmentId"],
  // What was asked and answered on the way, not what is there.
  ...["agenda", "clientTokens", "commands", "invocations", "changes"],
]);

/**
 * What is in an account in the end, as sorted lines `path = value`, without times, random identifiers and the state
 * bucket's objects: two accounts with equal lines hold the same things, none of them twice. Identifiers of groups are
 * replaced by their names, so that what refers to what is compared too.
 */
export function accountLines(sandbox: Sandbox, stateBucket: string): readonly string[] {
  const states = sandbox.states.dump();
  const names = new Map<string, string>();
  collectNames(states, names);
  const lines: string[] = [];
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null) {
      lines.push(`${path} = ${named(JSON.stringify(value) ?? "undefined", names)}`);
      return;
    }
    if (path.endsWith(`buckets.${stateBucket}.objects`)) return;
    for (const [key, member] of Object.entries(value)) {
      if (incidental.has(key)) continue;
      visit(member, `${path}.${Array.isArray(value) ? "*" : named(key, names)}`);
    }
  };
  for (const [service, state] of Object.entries(states)) visit(state, service);
  return lines.sort();
}

function collectNames(value: unknown, names: Map<string, string>): void {
  if (typeof value !== "object" || value === null) return;
  if ("groupId" in value && "groupName" in value) names.set(String(value.groupId), `group(${String(value.groupName)})`);
  if ("tags" in value && typeof value.tags === "object") collectTagged(value.tags, names);
  for (const member of Object.values(value)) collectNames(member, names);
}

/** EC2 keeps tags by the id of what they are on. */
function collectTagged(tags: object | null, names: Map<string, string>): void {
  for (const [id, list] of Object.entries(tags ?? {})) {
    if (!Array.isArray(list)) continue;
    const name = list.find((tag: unknown) => isTag(tag) && tag.Key === "fleetkeeper:name");
    if (name !== undefined && !names.has(id)) names.set(id, `tagged(${name.Value})`);
  }
}

function isTag(value: unknown): value is { readonly Key: string; readonly Value: string } {
  return typeof value === "object" && value !== null && "Key" in value && "Value" in value;
}

function named(text: string, names: ReadonlyMap<string, string>): string {
  return text
    .replaceAll(/\bsg-[0-9a-f]{17}\b/g, (id) => names.get(id) ?? "sg-?")
    .replaceAll(/\b(?:i|vol|eipalloc|lt)-[0-9a-f]{17}\b/g, (id) => names.get(id) ?? `${id.split("-")[0]}-?`)
    .replaceAll(/\b(sgr|eni|snap)-[0-9a-f]{17}\b/g, "$1-?")
    .replaceAll(/\bA(?:IP|RO)A[A-Z0-9]{17}\b/g, "unique-id-?")
    .replaceAll(/User suspended at [0-9T:-]+Z/g, "User suspended")
    .replaceAll(/\b198\.1[89]\.\d+\.\d+\b/g, "public-ip")
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, "uuid-?");
}

import * as z from "zod/mini";
import type { Json } from "../engine/json.ts";
import { cacheSchema } from "./cache.ts";
import type { DeepReadonly } from "./deep-readonly.ts";
import { field, optional, section, withDefault } from "./field.ts";
import { garbageCollectionSchema } from "./garbage-collection.ts";
import { hostSchema } from "./host.ts";
import { iamSchema } from "./iam.ts";
import { maintenanceSchema } from "./maintenance.ts";
import { fleetNameShape, roleName } from "./names.ts";
import { networkSchema } from "./network.ts";
import { notificationsSchema } from "./notifications.ts";
import { runnersSchema } from "./runners/runners-schema.ts";
import { suspendSchema } from "./suspension.ts";
import { tagsSchema } from "./tags.ts";
import { matching } from "./values.ts";

const specSchema = section({
  mode: field(z.enum(["Observe", "Enforce"]), {
    description: "`Observe` reports what it would do, `Enforce` does it. There is no default, so that it is a choice.",
    example: "Enforce",
  }),
  region: field(matching(/^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/, "a region such as eu-central-1"), {
    description: "The AWS region of everything in the file.",
    example: "eu-central-1",
  }),
  accountId: field(optional(matching(/^\d{12}$/, 'an account id: 12 digits in quotes, such as "123456789012"')), {
    description: "A guard: with credentials of any other account nothing is done.",
    example: "123456789012",
  }),
  tags: field(withDefault(tagsSchema, {}), {
    description: "Tags on everything that is made, beside Fleetkeeper's own.",
    example: { team: "platform" },
  }),
  suspend: field(optional(suspendSchema), { description: "Stops acting until a time, and says why." }),
  iam: field(withDefault(iamSchema, {}), { description: "Roles of host and machines." }),
  network: field(networkSchema, { description: "Where host and machines live and who may reach them." }),
  cache: field(cacheSchema, { description: "The runners' cache." }),
  host: field(optional(hostSchema), {
    description: "The GitLab host. Without it, roles, groups and cache serve a GitLab elsewhere.",
  }),
  runners: field(optional(runnersSchema), { description: "The runner manager and its fleets of machines." }),
  garbageCollection: field(withDefault(garbageCollectionSchema, {}), {
    description: "What is done about machines that their manager lost.",
  }),
  maintenance: field(withDefault(maintenanceSchema, {}), { description: "When disruptive changes may happen." }),
  notifications: field(withDefault(notificationsSchema, {}), { description: "Who is told of what." }),
});

/** The file as a person writes it: no default applied in its type. The JSON Schema is made of this one. */
export const documentSchema = section({
  apiVersion: field(z.literal("fleetkeeper.dev/v1"), {
    description: "Version of this format.",
    example: "fleetkeeper.dev/v1",
  }),
  kind: field(z.literal("GitLabFleet"), { description: "What the file describes.", example: "GitLabFleet" }),
  metadata: field(
    section({
      name: field(
        matching(
          fleetNameShape,
          "2 to 31 lower-case letters, digits or single hyphens, a letter first and no hyphen last, such as acme",
        ),
        {
          description: "The fleet's name. Names in AWS derive from it: a changed name is another fleet.",
          example: "acme",
        },
      ),
    }),
    { description: "What identifies the fleet." },
  ),
  spec: field(specSchema, { description: "What the fleet is to be." }),
});

type Document = z.output<typeof documentSchema>;
type HostDocument = z.output<typeof hostSchema>;
type Dns = NonNullable<HostDocument["dns"]> & { name: string };

/** The file with its defaults, those that depend on other fields included. */
export const fleetSchema = z.pipe(
  documentSchema,
  z.transform((document: Document) => ({ ...document, spec: derivedSpec(document.spec, document.metadata.name) })),
);

function derivedSpec({ host, ...spec }: Document["spec"], fleet: string) {
  return {
    ...spec,
    iam: derivedIam(spec.iam, fleet),
    ...(host === undefined ? {} : { host: derivedHost(host) }),
  };
}

function derivedIam(iam: Document["spec"]["iam"], fleet: string) {
  return {
    ...iam,
    hostRole: { ...iam.hostRole, name: iam.hostRole.name ?? roleName(fleet, "host") },
    machineRole: { ...iam.machineRole, name: iam.machineRole.name ?? roleName(fleet, "machine") },
  };
}

function derivedHost({ dns, ...host }: HostDocument): Omit<HostDocument, "dns"> & { dns?: Dns } {
  return dns === undefined ? host : { ...host, dns: { ...dns, name: dns.name ?? new URL(host.externalUrl).hostname } };
}

/**
 * One validated desired-state file, nested as in the file, with every default applied. Plain JSON. Durations are
 * milliseconds, instants epoch milliseconds, sizes have their unit in the key.
 */
export type Fleet = DeepReadonly<z.output<typeof fleetSchema>>;

/** Those sections of a spec that are valid. */
export type PartialSpec = { readonly [Section in keyof Fleet["spec"]]?: Fleet["spec"][Section] };

/** What is valid of a file that isn't, section by section, so that its other mistakes can be found in the same pass. */
export function validSections(data: Json): PartialSpec {
  const spec = member(data, "spec");
  const name = member(member(data, "metadata"), "name");
  const valid: Record<string, unknown> = {};
  for (const [section, schema] of Object.entries(specSchema.shape)) {
    const parsed = z.safeParse(schema, member(spec, section));
    if (parsed.success) valid[section] = parsed.data;
  }
  const { iam, host, ...rest } = valid as Partial<Document["spec"]>;
  return {
    ...rest,
    ...(iam === undefined ? {} : { iam: derivedIam(iam, typeof name === "string" ? name : "fleet") }),
    ...(host === undefined ? {} : { host: derivedHost(host) }),
  };
}

function member(data: Json | undefined, key: string): Json | undefined {
  if (typeof data !== "object" || data === null || !Object.hasOwn(data, key)) return undefined;
  return Reflect.get(data, key);
}

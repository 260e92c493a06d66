import * as z from "zod/mini";
import type { Format } from "../../store/format.ts";
import type { Subject } from "./companion.ts";

const time = z.number();
const subject = z.custom<Subject>((value) => typeof value === "string" && /^[a-z-]+\/./.test(value));

const markSchema = z.readonly(
  z.object({
    /** Launch or creation time of what was marked. The same id with another one is another thing. */
    born: time,
    verdict: z.enum(["suspect", "stranded"]),
    /** First sighting of the run that counts: every look since has seen it condemned. */
    since: time,
    sightings: z.number(),
    last: time,
    /** A look since `last` couldn't tell. The mark stays, its sightings no longer count. */
    brokenAt: z.optional(time),
    name: z.optional(z.string()),
  }),
);

const proofSchema = z.discriminatedUnion("how", [
  z.object({ how: z.literal("volume-gone"), terminatedSeenAt: time, volumeGoneAt: time }),
  z.object({ how: z.literal("successor-read"), terminatedSeenAt: time, successor: z.string(), readAt: time }),
  z.object({ how: z.literal("attested"), by: z.string(), at: time }),
]);

const managerSchema = z.readonly(
  z.object({
    /** Its data volume; missing for one that was never read, only attested to have ended. */
    volume: z.optional(z.string()),
    /** Highest generation of the sentinel that was read. */
    generation: z.number(),
    firstSeenAt: time,
    /** Every system id that it was seen with: GitLab has a row for each. */
    systemIds: z.optional(z.readonly(z.array(z.string()))),
    terminatedSeenAt: z.optional(time),
    /** First of the complete volume listings, without a break, that no longer had its data volume. */
    volumeMissingSince: z.optional(time),
    ended: z.optional(proofSchema),
  }),
);

const approvalSchema = z.readonly(z.object({ born: time, at: time, by: z.string() }));

const fuseSchema = z.discriminatedUnion("state", [
  z.object({ state: z.literal("closed") }),
  z.object({
    state: z.literal("blown"),
    at: time,
    /** How many machines were condemned and how many there were, when it blew. */
    condemned: z.number(),
    fleet: z.number(),
    /** Each of these needs a person's approval, however few are left. */
    held: z.readonly(z.array(subject)),
  }),
]);

const ledgerSchema = z.readonly(
  z.object({
    fleet: z.string(),
    /** When EC2 was asked for the newest look on record. An older look, recorded later, only takes marks away. */
    lookedAt: time,
    marks: z.readonly(z.record(z.string(), markSchema)),
    managers: z.readonly(z.record(z.string(), managerSchema)),
    /** What this fleet's machines were ever recognised by. */
    identity: z.readonly(
      z.object({
        templates: z.readonly(z.array(z.string())),
        profileArns: z.readonly(z.array(z.string())),
        groupIds: z.readonly(z.array(z.string())),
        hostVolumes: z.readonly(z.array(z.string())),
      }),
    ),
    fuse: fuseSchema,
    approvals: z.readonly(z.record(z.string(), approvalSchema)),
    /** Since when a machine's verdict has been unknown. */
    unknownSince: z.readonly(z.record(z.string(), time)),
  }),
);

/** What collection remembers between runs: the truth about marks, approvals and managers that have ended. Plain JSON. */
export type Ledger = z.infer<typeof ledgerSchema>;
export type Mark = z.infer<typeof markSchema>;
export type ManagerRecord = z.infer<typeof managerSchema>;
export type Approval = z.infer<typeof approvalSchema>;
export type Fuse = z.infer<typeof fuseSchema>;

export function emptyLedger(fleet: string): Ledger {
  return {
    fleet,
    lookedAt: 0,
    marks: {},
    managers: {},
    identity: { templates: [], profileArns: [], groupIds: [], hostVolumes: [] },
    fuse: { state: "closed" },
    approvals: {},
    unknownSince: {},
  };
}

export const ledgerFormat: Format<Ledger> = { name: "CollectionLedger", version: 1, shape: ledgerSchema };

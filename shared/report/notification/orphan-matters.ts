import type { Matter } from "./matter.ts";

/** What is known of orphans after a run. */
export interface Orphans {
  /** The run's look; undefined where it took none, or EC2 didn't list every instance. */
  readonly look: OrphanLook | undefined;
  /** Deletions that nobody was told of yet, oldest first. */
  readonly collected: readonly { readonly subject: string; readonly name?: string; readonly at: number }[];
}

export interface OrphanLook {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly fuse: string;
  readonly rows: readonly OrphanRow[];
}

interface OrphanRow {
  readonly subject: string;
  readonly name?: string;
  readonly verdict: string;
  readonly reasons: readonly string[];
  readonly marked?: { readonly since: number };
}

/** Pure. */
export function orphanMatters({ look, collected }: Orphans, fleet: string): readonly Matter[] {
  const matters: Matter[] = collected.map(({ subject, name, at }) => ({
    events: ["OrphansCollected"],
    subject,
    message: `${named(name)}deleted`,
    since: at,
  }));
  if (look === undefined) return matters;
  const lost = look.rows.filter(({ verdict }) => verdict === "suspect" || verdict === "stranded");
  for (const { subject, name, verdict, reasons, marked } of lost) {
    matters.push({
      events: ["OrphansFound"],
      subject,
      message: `${named(name)}${verdict}${reasons.length === 0 ? "" : `: ${reasons.join(", ")}`}`,
      since: marked?.since ?? look.at,
      content: verdict,
      ...(subject.startsWith("instance/")
        ? { todo: `fleetkeeper gc --fleet ${fleet} --explain ${subject.slice("instance/".length)}` }
        : {}),
    });
  }
  if (look.fuse === "blown") {
    const ids = lost.flatMap(({ subject }) =>
      subject.startsWith("instance/") ? [subject.slice("instance/".length)] : [],
    );
    matters.push({
      events: ["FuseBlown", "OrphansFound"],
      subject: "fuse",
      message: `${ids.length} machines look lost, more than may be deleted without a person: ${ids.join(", ")}`,
      since: look.at,
      content: "blown",
      todo: `fleetkeeper gc --fleet ${fleet}`,
    });
  }
  return matters;
}

function named(name: string | undefined): string {
  return name === undefined ? "" : `${name}, `;
}

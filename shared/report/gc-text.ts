import type { Verdict } from "../engine/condition.ts";
import type { SweepReport } from "../reconciler/sweep-fleet.ts";
import { durationText, holdText } from "../resources/machines/explanation-text.ts";
import type { CollectionSummary, Row } from "../resources/machines/summary.ts";
import { table } from "./table.ts";

/** What a look found, for a person: the answer, the counts, and a line for each machine and left-over of the fleet. */
export function gcText({ at, machines, rows, fuse }: CollectionSummary, condition: Verdict): string {
  const counts = Object.entries(machines).filter(([, count]) => count > 0);
  const lines = [
    `${condition.reason}: ${condition.message}`,
    ...(counts.length === 0 ? [] : [counts.map(([verdict, count]) => `${count} ${verdict}`).join(", ")]),
    ...table(
      rows.map((row) => [row.verdict, row.subject, row.name ?? "", ageOf(row), markOf(row, at)].map(cell)),
      "  ",
    ),
    ...(fuse === "blown" ? ["release them by name: fleetkeeper gc --approve i-..."] : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** What a sweep deleted, and what it left for now. */
export function sweepText({ heldBack, deletions, held }: SweepReport): string {
  const lines = [
    ...(heldBack === undefined ? [] : [`${heldBack.reason}: ${heldBack.message}`]),
    ...deletions.map(({ subject, failure }) =>
      failure === undefined ? `deleted  ${subject}` : `failed   ${subject}: ${failure}`,
    ),
    ...held.map(({ subject, holds }) => `waits    ${subject}: ${holds.map(holdText).join("; ")}`),
  ];
  return lines.length === 0 ? "nothing to delete\n" : `${lines.join("\n")}\n`;
}

function ageOf({ age }: Row): string {
  return `${durationText(age)} old`;
}

function markOf({ marked, approved, unknownFor, reasons }: Row, at: number): string {
  const parts = [reasons.join(", ")];
  if (marked !== undefined) parts.push(`marked ${durationText(at - marked.since)} ago, seen ${marked.sightings} times`);
  if (unknownFor !== undefined) parts.push(`unknown for ${durationText(unknownFor)}`);
  if (approved) parts.push("approved");
  return parts.join("; ");
}

function cell(text: string) {
  return { text };
}

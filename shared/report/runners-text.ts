import type { RollCall, RollCallManager, RollCallRow } from "../resources/runner/roll-call.ts";
import { age } from "./age.ts";
import { table } from "./table.ts";
import { valueText } from "./value-text.ts";

/** What GitLab says of each runner beside what the file says, for a person. @param now epoch milliseconds */
export function runnersText({ why, runners }: RollCall, now: number): string {
  const head = ["RUNNER", "ID", "GITLAB", "VERSION", "JOBS", "MANAGERS", "CONTACTED", "FILE"];
  const rows = runners.map((row) => columns(row, now));
  const lines = [
    ...(why === null ? [] : [`GitLab tells nothing: ${printable(why)}`]),
    ...(runners.length === 0 ? ["neither the file nor the host has a runner"] : []),
    ...(runners.length === 0 ? [] : table([head, ...rows].map((row) => row.map((text) => ({ text }))))),
    ...runners.flatMap((row) => notes(row, now)),
  ];
  return `${lines.join("\n")}\n`;
}

function columns({ section, gitlab, file }: RollCallRow, now: number): readonly string[] {
  const status = gitlab.state === "registered" ? (gitlab.status ?? "registered") : gitlab.state;
  const limit = file === null ? null : file.limit;
  return [
    section,
    gitlab.id === null ? "-" : String(gitlab.id),
    gitlab.paused === true ? `${status}, paused` : status,
    gitlab.version ?? "-",
    `${gitlab.jobs ?? "?"}${limit === null || limit === 0 ? "" : ` of ${limit}`}`,
    gitlab.managers === null ? "?" : String(gitlab.managers.length),
    since(gitlab.contactedAt, now),
    file === null ? "not in it" : `${file.executor}${file.tags.length === 0 ? "" : `, ${file.tags.join(" ")}`}`,
  ].map(printable);
}

function notes(row: RollCallRow, now: number): readonly string[] {
  const { section, gitlab, file, differences, rotating } = row;
  const other = versionDiffers(row)
    ? [`${section}: its manager is ${gitlab.version}, the file's version ${file?.version}`]
    : [];
  return [
    ...differences.map(
      ({ attribute, gitlab: has, file: says }) =>
        `${section}: ${attribute} is ${valueText(has)} in GitLab, ${valueText(says)} in the file`,
    ),
    ...other,
    ...(rotating ? [`${section}: gets a new token, once its jobs and machines have ended`] : []),
    ...((gitlab.managers?.length ?? 0) > 1
      ? (gitlab.managers ?? []).map((one) => `${section}: manager ${managerText(one, now)}`)
      : []),
  ].map(printable);
}

function managerText({ systemId, version, status, busy, contactedAt }: RollCallManager, now: number): string {
  const parts = [`${systemId} ${version ?? "of an unknown version"}`, status ?? "unknown", busy ? "busy" : "idle"];
  return `${parts.join(", ")}, contacted ${since(contactedAt, now)}`;
}

/** By the numbers that the file gives: 19.5 is fine with 19.5.1. */
export function versionDiffers({ gitlab, file }: RollCallRow): boolean {
  if (gitlab.version === null || file === null || file.version === null) return false;
  return gitlab.version !== file.version && !gitlab.version.startsWith(`${file.version}.`);
}

function since(at: number | null, now: number): string {
  return at === null ? "never" : `${age(now - at)} ago`;
}

/** What GitLab stores of a manager is the manager's own word: nothing of it may drive a terminal. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, "?");
}

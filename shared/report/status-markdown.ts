import type { Heartbeat } from "../engine/state-port.ts";
import type { FleetStatus } from "../engine/status.ts";
import { statusText } from "./status-text.ts";
import { plainStyle } from "./style.ts";

/** The status as a block that keeps its columns wherever Markdown is shown. */
export function statusMarkdown(status: FleetStatus, heartbeat: Heartbeat | undefined, now: number): string {
  const text = statusText(status, heartbeat, now, plainStyle).trimEnd();
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}\n`;
}

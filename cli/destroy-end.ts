import type { Destroyed } from "../shared/reconciler/destroy.ts";
import { recordText } from "../shared/report/record-text.ts";
import type { Style } from "../shared/report/style.ts";
import { proofText } from "../shared/report/teardown-text.ts";

interface Asked {
  readonly fleet?: string;
  readonly data?: true;
  readonly timeout: string;
}

export function endJson(fleet: string, { end, last, proof }: Destroyed): string {
  return `${JSON.stringify({ version: 1, fleet, end, ...(last === undefined ? {} : { last }), ...proof }, null, 2)}\n`;
}

/** How a teardown ended, for a person: the last run, what was looked through, and what to type next. */
export function renderEnd(fleet: string, { end, last, proof }: Destroyed, asked: Asked, style: Style): string {
  const record = last === undefined || end === "Gone" ? "" : recordText(last, style, true);
  const told = proof === undefined ? "" : proofText(proof);
  return `${record}${told}${outcome(fleet, end, asked)}\n`;
}

function outcome(fleet: string, end: Destroyed["end"], asked: Asked): string {
  const again = `fleetkeeper destroy${asked.fleet === undefined ? "" : ` --fleet ${asked.fleet}`}${asked.data === true ? " --data" : ""}`;
  switch (end) {
    case "Gone":
      return `${fleet} is destroyed: no file is in force any more; pushing one starts it anew`;
    case "Held":
      return `${fleet} isn't destroyed yet: what is held or still there above waits for you. Then go on: ${again}`;
    case "Failed":
      return `${fleet} isn't destroyed yet: what failed above keeps failing. Mend it, then go on: ${again}`;
    case "TimedOut":
      return `${fleet} isn't destroyed within ${asked.timeout}: it still waits for what is held above, and nothing of what was done is lost. To go on: ${again}, with a longer --timeout where that takes longer`;
    case "Interrupted":
      return `${fleet} isn't destroyed yet: interrupted. To go on: ${again}`;
  }
}

export function exitOf({ end }: Destroyed): number {
  switch (end) {
    case "Gone":
      return 0;
    case "Failed":
    case "TimedOut":
      return 1;
    case "Held":
    case "Interrupted":
      return 2;
  }
}

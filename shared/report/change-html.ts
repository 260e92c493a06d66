import type { Change } from "../engine/action.ts";
import { html, type Markup } from "./html.ts";
import { valueText } from "./value-text.ts";

/** The fields of one action, each with what it was and what it becomes. */
export function changesHtml(changes: readonly Change[]): Markup {
  return changes.length === 0 ? html`` : html`<ul class="changes">${changes.map(changeHtml)}</ul>`;
}

function changeHtml(change: Change): Markup {
  const { path, from, to, knownAfterApply } = change;
  const after = knownAfterApply === undefined ? valueText(to) : `(known after apply: ${knownAfterApply})`;
  if (from === undefined) return html`<li class="added"><code>+ ${path}: ${after}</code></li>`;
  if (to === undefined && knownAfterApply === undefined) {
    return html`<li class="removed"><code>- ${path}: ${valueText(from)}</code></li>`;
  }
  return html`<li class="changed"><code>~ ${path}: ${valueText(from)} → ${after}</code></li>`;
}

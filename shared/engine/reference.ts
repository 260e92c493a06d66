import { type ConditionType, conditionReasons, conditionTypes } from "./condition.ts";
import { holdReasons } from "./hold.ts";
import { defaultLimits, limitDescriptions } from "./limits.ts";

/** The generated sections of docs/engine.md, by the name in their markers. */
export function engineReference(): Readonly<Record<"conditions" | "holds" | "limits", string>> {
  return { conditions: conditionTables(), holds: holdTable(), limits: limitTable() };
}

/** A text with each section between `<!-- generated: NAME -->` and `<!-- end -->` made anew. */
export function withGenerated(text: string, sections: Readonly<Record<string, string>>): string {
  return text.replaceAll(
    /(<!-- generated: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (whole, open: string, name: string, close: string) =>
      sections[name] === undefined ? whole : `${open}\n${sections[name]}\n${close}`,
  );
}

function conditionTables(): string {
  const types = Object.keys(conditionTypes) as ConditionType[];
  return types.map((type) => `${conditionHead(type)}${conditionRows(type)}`).join("\n");
}

function conditionHead(type: ConditionType): string {
  return `### ${type}\n\n${conditionTypes[type]}\n\n| reason | status | means |\n|---|---|---|\n`;
}

function conditionRows(type: ConditionType): string {
  return Object.entries(conditionReasons)
    .filter(([, reason]) => reason.of === type)
    .map(([name, { status, means }]) => `| \`${name}\` | ${status} | ${means} |\n`)
    .join("");
}

function holdTable(): string {
  const rows = Object.entries(holdReasons).map(
    ([name, { needsPerson, means }], index) =>
      `| ${index + 1} | \`${name}\` | ${needsPerson ? "yes" : "no"} | ${means} |\n`,
  );
  return `| | reason | needs a person | means |\n|---|---|---|---|\n${rows.join("")}`;
}

function limitTable(): string {
  const rows = Object.entries(limitDescriptions).map(
    ([name, { means, show }]) => `| \`${name}\` | ${show(defaultLimits)} | ${means} |\n`,
  );
  return `| limit | value | means |\n|---|---|---|\n${rows.join("")}`;
}

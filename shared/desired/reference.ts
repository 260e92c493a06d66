import { type JsonSchema, jsonSchema } from "./json-schema.ts";

const introduction = `# The desired state

One YAML 1.2 file describes one fleet. Start from [minimal.fleet.yaml](../desired-state/minimal.fleet.yaml), or take parts of
[acme.fleet.yaml](../desired-state/acme.fleet.yaml), which has every section. \`fleetkeeper validate FILE\` checks a file without
touching anything; \`fleetkeeper schema\` prints the JSON Schema, which editors use to complete and check as you type.

- **Unknown keys are errors**, never ignored, and so are keys that stand twice.
- **Units** are in the key (\`sizeGiB: 50\`) or in the value (\`gracePeriod: 15m\`). Durations take d, h, m and s, largest first:
  \`90s\`, \`1h30m\`, \`7d\`.
- **Defaults are the safe ones.** Spelling a default out changes nothing: a file means the same with it and without.
- **No secret is in the file.** Fields that end in \`Secret\` take the name of a SecureString in Parameter Store: \`smtp-password\`
  in the fleet \`acme\` is \`/fleetkeeper/acme/secrets/smtp-password\`. What looks like a secret anywhere in the file, comments
  included, is refused, and isn't repeated in the message.
  Omnibus settings that are secrets go into \`gitlab.omnibusSecrets\`, jobs' variables into \`environmentSecrets\`, both by name.
- **Anchors, aliases and merge keys** (\`<<\`) work. A problem in what they bring is shown where it is written, with the line that
  uses it.
- **Pushing the file is root on the host**: Omnibus settings and extra runner configuration decide what runs there. Protect the
  branch that it is pushed from.
- Limits: UTF-8, one document, 1 MiB, 20,000 values after aliases are followed, 40 levels.

A file with a problem is refused as a whole, and the last good revision stays in force. Problems look like this:

\`\`\`
acme.fleet.yaml:14:20: spec.network.allowedCidrs[0]: not valid (expected 203.0.113.0/24 (host bits are set; one address would be 203.0.113.7/32), got "203.0.113.7/24")
   14 |     allowedCidrs: [203.0.113.7/24]
      |                    ^^^^^^^^^^^^^^
\`\`\`

Warnings have the same form. They are about what is allowed but likely regretted, and refuse nothing.
`;

/** docs/desired-state.md: every field, made of the JSON Schema. A heading a section, a table row a field. */
export function referenceMarkdown(): string {
  const root = jsonSchema();
  const parts: string[] = [introduction];
  sectionMarkdown("The file", root, root, parts);
  return parts.join("\n");
}

function sectionMarkdown(title: string, node: JsonSchema, root: JsonSchema, parts: string[]): void {
  parts.push(`## ${title}`, "");
  if (node.description !== undefined) parts.push(node.description, "");
  const variants = [...(node.oneOf ?? []), ...(node.anyOf ?? [])];
  const tables = variants.length === 0 ? [node] : variants;
  const below: (() => void)[] = [];
  for (const table of tables) {
    if (tables.length > 1) parts.push(`${variantTitle(table)}:`, "");
    parts.push("| field | value | default | what it is |", "|---|---|---|---|");
    for (const [name, child] of Object.entries(table.properties ?? {})) {
      const path = title === "The file" ? name : `${title}.${name}`;
      const required = table.required?.includes(name) === true;
      parts.push(`| \`${name}\` | ${valueText(child, root)} | ${defaultText(child, required)} | ${factsText(child)} |`);
      const inner = sectionOf(child);
      if (inner !== undefined)
        below.push(() => sectionMarkdown(inner.list ? `${path}[]` : path, inner.node, root, parts));
    }
    parts.push("");
  }
  for (const write of below) write();
}

/** The mapping that a field holds, or that its list's items are; undefined for scalars and free-form mappings. */
function sectionOf(node: JsonSchema): { node: JsonSchema; list: boolean } | undefined {
  if (hasFields(node)) return { node, list: false };
  if (node.items !== undefined && hasFields(node.items)) return { node: { ...node.items, ...facts(node) }, list: true };
  return undefined;
}

function facts(node: JsonSchema): JsonSchema {
  return node.description === undefined ? {} : { description: node.description };
}

function hasFields(node: JsonSchema): boolean {
  return (
    node.properties !== undefined ||
    [...(node.oneOf ?? []), ...(node.anyOf ?? [])].some((one) => one.properties !== undefined)
  );
}

function variantTitle(node: JsonSchema): string {
  const constant = Object.entries(node.properties ?? {}).find(([, child]) => child.const !== undefined);
  if (constant === undefined) return `With \`${Object.keys(node.properties ?? {}).join("`, `")}\``;
  return `With \`${constant[0]}: ${String(constant[1].const)}\``;
}

function valueText(node: JsonSchema, root: JsonSchema): string {
  if (node.const !== undefined) return `\`${String(node.const)}\``;
  if (node.enum !== undefined) return node.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (hasFields(node)) return "mapping, below";
  if (node.items !== undefined)
    return hasFields(node.items) ? "list of mappings, below" : `list of ${valueText(node.items, root)}`;
  if (node.additionalProperties !== undefined && typeof node.additionalProperties === "object") return "mapping";
  const unit = node["x-unit"] === undefined ? "" : ` (${node["x-unit"]})`;
  switch (node.type) {
    case "integer":
    case "number":
      return `${rangeText(node)}${unit}`;
    case "boolean":
      return "`true`, `false`";
    case "string":
      return `text${unit}`;
    default:
      return "any literal";
  }
}

function rangeText(node: JsonSchema): string {
  const kind = node.type === "integer" ? "whole number" : "number";
  return node.minimum === undefined || node.maximum === undefined ? kind : `${kind} ${node.minimum} to ${node.maximum}`;
}

function defaultText(node: JsonSchema, required: boolean): string {
  if (required) return "**must be given**";
  if (node.default === undefined) return "";
  if (hasFields(node) && JSON.stringify(node.default) === "{}") return "";
  return code(node.default);
}

function factsText(node: JsonSchema): string {
  const example = hasFields(node) ? undefined : node.examples?.[0];
  const trivial =
    example === undefined || typeof example === "boolean" || node.enum !== undefined || node.const !== undefined;
  const description = node.description ?? "";
  return cell(trivial ? description : `${description} For example ${code(example)}.`);
}

function code(value: unknown): string {
  return `\`${cell(typeof value === "string" ? value : JSON.stringify(value))}\``;
}

function cell(text: string): string {
  return text.replace(/\|/g, "\\|").replace(/\n/g, " ");
}

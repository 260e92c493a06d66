/** As much of Go's templates as Docker's `--format` is used with: fields, json, index, if/else, range. Throws on anything else. */
export function render(template: string, data: unknown): string {
  const parts = template.split(/(\{\{.*?\}\})/s);
  const { nodes, rest } = parse(parts);
  if (rest.length > 0) throw new Error(`template: unexpected ${rest[0]}`);
  return run(nodes, data);
}

type Node =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "value"; readonly words: string }
  | {
      readonly kind: "if" | "range";
      readonly words: string;
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
    };

function parse(parts: readonly string[]): { readonly nodes: readonly Node[]; readonly rest: readonly string[] } {
  const nodes: Node[] = [];
  let rest = parts;
  for (;;) {
    const [part, ...after] = rest;
    if (part === undefined) return { nodes, rest: [] };
    const words = /^\{\{(.*)\}\}$/s.exec(part)?.[1]?.trim();
    if (words === "end" || words === "else") return { nodes, rest };
    rest = after;
    const block = /^(if|range)\s+(.*)$/s.exec(words ?? "");
    if (words === undefined) nodes.push({ kind: "text", text: part });
    else if (block === null) nodes.push({ kind: "value", words });
    else {
      const kind = block[1] === "if" ? "if" : "range";
      const body = parse(rest);
      const hasElse = body.rest[0]?.includes("else") === true;
      const otherwise = hasElse ? parse(body.rest.slice(1)) : { nodes: [], rest: body.rest };
      nodes.push({ kind, words: block[2] ?? "", body: body.nodes, otherwise: otherwise.nodes });
      rest = otherwise.rest.slice(1);
    }
  }
}

function run(nodes: readonly Node[], data: unknown): string {
  return nodes.map((node) => runNode(node, data)).join("");
}

function runNode(node: Node, data: unknown): string {
  if (node.kind === "text") return node.text;
  if (node.kind === "value") return shown(evaluate(node.words, data));
  if (node.kind === "if") return run(truthy(evaluate(node.words, data)) ? node.body : node.otherwise, data);
  const list = evaluate(node.words, data);
  return Array.isArray(list) ? list.map((item) => run(node.body, item)).join("") : "";
}

function evaluate(words: string, data: unknown): unknown {
  const text = words.trim();
  const inner = /^\((.*)\)$/s.exec(text);
  if (inner !== null) return evaluate(inner[1] ?? "", data);
  if (text.startsWith("json ")) return JSON.stringify(evaluate(text.slice(5), data) ?? null);
  const index = /^index\s+(\S+)\s+"([^"]*)"$/s.exec(text);
  if (index !== null) return member(evaluate(index[1] ?? "", data), index[2] ?? "");
  if (/^"[^"]*"$/.test(text)) return text.slice(1, -1);
  if (text === ".") return data;
  if (!/^(\.[A-Za-z]\w*)+$/.test(text)) throw new Error(`template: the sandbox doesn't know ${text}`);
  return text
    .slice(1)
    .split(".")
    .reduce<unknown>((value, name) => field(value, name), data);
}

/** A field of a struct: one that isn't there is an error, as in Go. */
function field(value: unknown, name: string): unknown {
  if (typeof value === "object" && value !== null && Object.hasOwn(value, name)) return member(value, name);
  throw new Error(`template: can't evaluate field ${name}`);
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function truthy(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return "<no value>";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

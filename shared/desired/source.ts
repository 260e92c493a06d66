import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { Json } from "../engine/json.ts";
import type { Finding, Path, Problem } from "./problem.ts";

/** Characters of the text from `start` (inclusive) to `end` (exclusive). */
interface Span {
  readonly start: number;
  readonly end: number;
}

interface Place {
  readonly key?: Span;
  readonly value: Span;
}

/** A YAML text as data, with the place of every path. */
export interface Source {
  readonly data: Json;
  /** A finding with its place; a path that isn't in the text is placed at its nearest parent that is. */
  locate(finding: Finding): Problem;
}

export type SourceResult =
  | { readonly ok: true; readonly source: Source }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Larger files are refused unread: a fleet is a few kilobytes. */
export const maxBytes = 1_048_576;
/** What a file may hold after its aliases are followed: far above any fleet, far below a bomb. */
const maxNodes = 50_000;
const maxDepth = 40;

/**
 * Reads one YAML 1.2 document. Aliases and merge keys (`<<`) are followed; what comes through them is placed where it is
 * written. Never throws.
 */
export function readSource(text: string, file: string): SourceResult {
  const lines = new LineCounter();
  const places = new Map<string, Place>();
  const locate = (finding: Finding): Problem => problemAt(finding, spanOf(finding, places), text, file);
  const refuse = (message: string, span: Span = { start: 0, end: 0 }, hint?: string): SourceResult => ({
    ok: false,
    problems: [
      problemAt({ severity: "error", path: [], message, ...(hint === undefined ? {} : { hint }) }, span, text, file),
    ],
  });
  if (Buffer.byteLength(text) > maxBytes) {
    return refuse(`the file is larger than 1 MiB (${Buffer.byteLength(text)} bytes)`);
  }
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    merge: true,
    prettyErrors: false,
    logLevel: "silent",
  });
  if (!Array.isArray(documents)) return refuse("the file is empty", undefined, "Start from minimal.fleet.yaml.");
  const errors = documents.flatMap((document) => [...document.errors, ...document.warnings]);
  if (errors.length > 0) {
    return {
      ok: false,
      problems: errors.map((error) =>
        problemAt(
          { severity: "error", path: [], message: yamlMessage(error.code, error.message) },
          { start: error.pos[0], end: error.pos[1] },
          text,
          file,
        ),
      ),
    };
  }
  const [document, second] = documents;
  if (document === undefined) return refuse("the file is empty");
  if (second !== undefined) {
    const start = second.range[0];
    return refuse("a second document starts here; one file is one fleet", { start, end: start + 3 });
  }
  const findings: Finding[] = [];
  const reader = new Reader(document, places, findings);
  const data = reader.read(document.contents, []);
  if (findings.length > 0) return { ok: false, problems: findings.map(locate) };
  return { ok: true, source: { data, locate } };
}

/** Plain words for the parser's codes that people meet. */
function yamlMessage(code: string, message: string): string {
  const first = message.split("\n")[0] ?? message;
  if (code === "DUPLICATE_KEY") return "this key stands twice in the mapping";
  if (code === "TAB_AS_INDENT") return "a tab indents this line; YAML wants spaces";
  return `not valid YAML: ${first}`;
}

class Reader {
  readonly #document: Document.Parsed;
  readonly #places: Map<string, Place>;
  readonly #findings: Finding[];
  readonly #open = new Set<Node>();
  #nodes = 0;

  constructor(document: Document.Parsed, places: Map<string, Place>, findings: Finding[]) {
    this.#document = document;
    this.#places = places;
    this.#findings = findings;
  }

  read(node: Node | null | undefined, path: Path, key?: Span): Json {
    const target = isAlias(node) ? this.#follow(node) : node;
    const place = target?.range ?? node?.range;
    this.#places.set(JSON.stringify(path), {
      ...(key === undefined ? {} : { key }),
      value: place === null || place === undefined ? (key ?? { start: 0, end: 0 }) : { start: place[0], end: place[1] },
    });
    this.#nodes += 1;
    if (this.#nodes > maxNodes) {
      if (this.#nodes === maxNodes + 1) this.#complain(path, "too much data once its aliases are followed");
      return null;
    }
    if (target === null || target === undefined) return null;
    if (path.length > maxDepth) return this.#complain(path, `nested more than ${maxDepth} levels deep`);
    if (isScalar(target)) return this.#scalar(target.value, path);
    if (this.#open.has(target)) return this.#complain(path, "an alias that contains itself");
    this.#open.add(target);
    const value = isMap(target) ? this.#map(target, path) : isSeq(target) ? this.#seq(target, path) : null;
    this.#open.delete(target);
    return value;
  }

  #complain(path: Path, message: string, at: "key" | "value" = "value"): null {
    this.#findings.push({ severity: "error", path, at, message });
    return null;
  }

  #follow(alias: Alias): Node | undefined {
    return alias.resolve(this.#document);
  }

  #scalar(value: unknown, path: Path): Json {
    if (typeof value === "string" || typeof value === "boolean" || value === null) return value;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    return this.#complain(
      path,
      "a value that has no meaning here: text, whole number, fraction, true or false is wanted",
    );
  }

  #seq(seq: YAMLSeq, path: Path): Json {
    return seq.items.map((item, index) => this.read(item as Node, [...path, index]));
  }

  #map(map: YAMLMap, path: Path): Json {
    const entries = new Map<string, Json>();
    const merges: Node[] = [];
    for (const pair of map.items as Pair<Node, Node | null>[]) {
      const name = isScalar(pair.key) ? pair.key.value : undefined;
      if (isScalar(pair.key) && isMergeKey(pair.key.value)) {
        if (pair.value !== null) merges.push(pair.value);
        continue;
      }
      const span = pair.key?.range == null ? undefined : { start: pair.key.range[0], end: pair.key.range[1] };
      if (typeof name !== "string") {
        this.#places.set(JSON.stringify([...path, "?"]), { value: span ?? { start: 0, end: 0 } });
        this.#complain([...path, "?"], "a key must be text; put it in quotes");
        continue;
      }
      entries.set(name, this.read(pair.value, [...path, name], span));
    }
    // Keys of the mapping itself win over merged ones, earlier merges over later ones (YAML merge key, 1.1 type registry).
    for (const merged of merges.flatMap((node) => this.#mergeSources(node, path))) {
      for (const pair of merged.items as Pair<Node, Node | null>[]) {
        if (!isScalar(pair.key) || typeof pair.key.value !== "string" || entries.has(pair.key.value)) continue;
        const range = pair.key.range;
        const span = range == null ? undefined : { start: range[0], end: range[1] };
        entries.set(pair.key.value, this.read(pair.value, [...path, pair.key.value], span));
      }
    }
    return Object.fromEntries(entries);
  }

  #mergeSources(node: Node, path: Path): YAMLMap[] {
    const target = isAlias(node) ? this.#follow(node) : node;
    if (isMap(target)) return [target];
    if (isSeq(target) && target !== node)
      return (target.items as Node[]).flatMap((item) => this.#mergeSources(item, path));
    if (isSeq(target)) return (target.items as Node[]).flatMap((item) => this.#mergeSources(item, path));
    this.#complain(path, "the merge key << takes a mapping, an alias of one, or a list of these");
    return [];
  }
}

function isMergeKey(value: unknown): boolean {
  return value === "<<" || typeof value === "symbol";
}

function spanOf(finding: Finding, places: ReadonlyMap<string, Place>): Span {
  for (let length = finding.path.length; length >= 0; length -= 1) {
    const place = places.get(JSON.stringify(finding.path.slice(0, length)));
    if (place === undefined) continue;
    const exact = length === finding.path.length;
    if (place.key !== undefined && (!exact || finding.at === "key")) return place.key;
    return place.value;
  }
  return { start: 0, end: 0 };
}

function problemAt(finding: Finding, span: Span, text: string, file: string): Problem {
  const start = Math.min(Math.max(span.start, 0), text.length);
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const next = text.indexOf("\n", start);
  const lineEnd = next < 0 ? text.length : next;
  return {
    ...finding,
    file,
    line: text.slice(0, lineStart).split("\n").length,
    column: start - lineStart + 1,
    length: Math.max(1, Math.min(span.end, lineEnd) - start),
    source: text.slice(lineStart, lineEnd).replace(/\r$/, ""),
  };
}

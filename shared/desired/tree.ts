import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { Json } from "../engine/json.ts";
import type { Finding, Path } from "./problem.ts";

/** Characters of the text from `start` (inclusive) to `end` (exclusive). */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where a value is written, and under which key; `via` is the alias that brought it here, where one did. */
export interface Place {
  readonly key?: Span;
  readonly value: Span;
  readonly via?: Span;
}

export interface Tree {
  readonly data: Json;
  readonly findings: readonly { readonly finding: Finding; readonly place: Place }[];
  /** Whether reading stopped because there is more than a fleet can hold; the data are a part then. */
  readonly tooMuch: boolean;
  placeOf(path: Path): Place | undefined;
}

/** What a file may hold after its aliases are followed: far above any fleet, far below a bomb. */
const maxNodes = 20_000;
const maxDepth = 40;

/** A parsed document as plain data, with the place of every path. Aliases and merge keys (`<<`) are followed. */
export function treeOf(document: Document.Parsed): Tree {
  const reader = new Reader(aliasTargets(document));
  const data = reader.read(document.contents, []);
  return {
    data,
    findings: reader.findings,
    tooMuch: reader.tooMuch,
    placeOf: (path) => reader.places.get(JSON.stringify(path)),
  };
}

/** An alias means the nearest anchor of its name before it; one pass finds them all. */
function aliasTargets(document: Document.Parsed): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node: (_key, node) => {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target !== undefined) targets.set(node, target);
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

class Reader {
  readonly places = new Map<string, Place>();
  readonly findings: { readonly finding: Finding; readonly place: Place }[] = [];
  readonly #targets: ReadonlyMap<Alias, Node>;
  readonly #open = new Set<Node>();
  #nodes = 0;

  constructor(targets: ReadonlyMap<Alias, Node>) {
    this.#targets = targets;
  }

  read(node: Node | null | undefined, path: Path, key?: Span, outerVia?: Span): Json {
    if (!this.#counts()) return null;
    const target = isAlias(node) ? this.#targets.get(node) : node;
    const via = isAlias(node) ? (outerVia ?? spanOf(node)) : outerVia;
    this.places.set(JSON.stringify(path), {
      value: spanOf(target) ?? spanOf(node) ?? key ?? { start: 0, end: 0 },
      ...(key === undefined ? {} : { key }),
      ...(via === undefined ? {} : { via }),
    });
    if (isAlias(node) && target === undefined) {
      return this.#complain(path, "an alias without an anchor of its name before it", undefined, spanOf(node));
    }
    if (target === null || target === undefined) return null;
    if (path.length > maxDepth) return this.#complain(path, "nested too deeply", `at most ${maxDepth} levels`);
    if (isScalar(target)) return this.#scalar(target.value, path);
    if (this.#open.has(target)) return this.#complain(path, "an alias of something that it is itself a part of");
    this.#open.add(target);
    const value = isMap(target) ? this.#map(target, path, via) : isSeq(target) ? this.#seq(target, path, via) : null;
    this.#open.delete(target);
    return value;
  }

  get tooMuch(): boolean {
    return this.#nodes > maxNodes;
  }

  /** Counts one more value; false once there are too many. */
  #counts(): boolean {
    this.#nodes += 1;
    if (this.#nodes === maxNodes + 1) {
      this.#complain([], "too much data once its aliases are followed", `at most ${maxNodes} values`);
    }
    return !this.tooMuch;
  }

  #complain(path: Path, message: string, expected?: string, span?: Span): null {
    const place = span === undefined ? this.places.get(JSON.stringify(path)) : { value: span };
    this.findings.push({
      finding: { severity: "error", path, message, ...(expected === undefined ? {} : { expected }) },
      place: place ?? { value: { start: 0, end: 0 } },
    });
    return null;
  }

  #scalar(value: unknown, path: Path): Json {
    if (typeof value === "string" || typeof value === "boolean" || value === null) return value;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    return this.#complain(path, "not a value that means something here", "text, a number, true or false");
  }

  #seq(seq: YAMLSeq, path: Path, via?: Span): Json {
    return (seq.items as (Node | null)[]).map((item, index) => this.read(item, [...path, index], undefined, via));
  }

  #map(map: YAMLMap, path: Path, via?: Span): Json {
    const entries = new Map<string, Json>();
    const merged: { readonly pair: Pair<Node, Node | null>; readonly via?: Span }[] = [];
    for (const pair of map.items as Pair<Node, Node | null>[]) {
      if (this.tooMuch) return null;
      if (isMergeKey(pair.key)) {
        for (const found of this.#merged(pair.value, path, via)) merged.push(found);
      } else this.#pair(pair, path, entries, via);
    }
    // The mapping's own keys win over merged ones, earlier merges over later ones (YAML's merge key type).
    for (const { pair, via: from } of merged) {
      if (isScalar(pair.key) && entries.has(String(pair.key.value))) continue;
      if (!isMergeKey(pair.key)) this.#pair(pair, path, entries, from);
    }
    return Object.fromEntries(entries);
  }

  #pair(pair: Pair<Node, Node | null>, path: Path, entries: Map<string, Json>, via?: Span): void {
    const span = spanOf(pair.key);
    const name = isScalar(pair.key) ? pair.key.value : undefined;
    if (typeof name !== "string") {
      this.#complain(path, "a key that is not text", "text; put it in quotes", span);
      return;
    }
    if (name === "__proto__") {
      this.#complain([...path, name], "unknown key", undefined, span);
      return;
    }
    if (entries.has(name)) {
      this.#complain([...path, name], "this key stands twice in one mapping", "each key once", span);
      return;
    }
    entries.set(name, this.read(pair.value, [...path, name], span, via));
  }

  #merged(node: Node | null, path: Path, outerVia?: Span): { pair: Pair<Node, Node | null>; via?: Span }[] {
    const target = isAlias(node) ? this.#targets.get(node) : node;
    const via = outerVia ?? (isAlias(node) ? spanOf(node) : undefined);
    if (!this.#counts()) return [];
    const tagged = (pairs: Pair<Node, Node | null>[]) =>
      pairs.map((pair) => (via === undefined ? { pair } : { pair, via }));
    if (target !== null && target !== undefined && !this.#open.has(target)) {
      if (isMap(target)) {
        this.#open.add(target);
        const pairs = target.items as Pair<Node, Node | null>[];
        const own = pairs.filter((pair) => !isMergeKey(pair.key));
        const inner = pairs
          .filter((pair) => isMergeKey(pair.key))
          .flatMap((pair) => this.#merged(pair.value, path, via));
        this.#open.delete(target);
        return [...tagged(own), ...inner];
      }
      if (isSeq(target)) {
        this.#open.add(target);
        const pairs = (target.items as Node[]).flatMap((item) => this.#merged(item, path, via));
        this.#open.delete(target);
        return pairs;
      }
    }
    this.#complain(path, "a merge key << that merges nothing", "a mapping, an alias of one, or a list of these");
    return [];
  }
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && (key.value === "<<" || typeof key.value === "symbol");
}

function spanOf(node: Node | null | undefined): Span | undefined {
  const range = node?.range;
  return range === null || range === undefined ? undefined : { start: range[0], end: range[1] };
}

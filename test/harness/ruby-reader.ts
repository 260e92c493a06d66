import type { Json } from "../../shared/engine/json.ts";

/** Assignments of a gitlab.rb by what they assign to. Throws at anything but literals: nothing in it may be evaluated. */
export function readSettings(text: string): Readonly<Record<string, Json>> {
  const settings: Record<string, Json> = {};
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("# ")) continue;
    const [, name, literal] = /^([a-z_]+(?:\['[a-zA-Z0-9_-]+'\] =)?) (.*)$/.exec(line) ?? [];
    if (name === undefined || literal === undefined) throw new Error(`no setting of GitLab: ${line}`);
    const reader = new Reader(literal);
    settings[name] = reader.value();
    reader.end(line);
  }
  return settings;
}

const token =
  /\s*("(?:[^"\\#]|\\[nt"\\#]|\\u\{[0-9a-f]+\})*"|'(?:[^'\\]|\\.)*'|@@fleetkeeper-secret:ruby:[A-Za-z0-9_./-]+@@|=>|[[\]{},]|true|false|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)/y;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): Json {
    const next = this.#next();
    if (next === "[") return this.#list();
    if (next === "{") return this.#hash();
    if (next.startsWith('"')) return unescaped(next);
    // A secret, or the mark that stands for it.
    if (/^['@]/.test(next)) return { secret: next };
    if (next === "true" || next === "false") return next === "true";
    const number = Number(next);
    if (Number.isNaN(number)) throw new Error(`no literal at ${this.#at}: ${this.#text}`);
    return number;
  }

  end(line: string): void {
    if (this.#text.slice(this.#at).trim() !== "") throw new Error(`more than a literal: ${line}`);
  }

  #list(): Json {
    const members: Json[] = [];
    for (let next = this.#peek(); next !== "]"; next = this.#peek()) {
      if (members.length > 0) this.#take(",");
      members.push(this.value());
    }
    this.#take("]");
    return members;
  }

  #hash(): Json {
    const members: [string, Json][] = [];
    for (let next = this.#peek(); next !== "}"; next = this.#peek()) {
      if (members.length > 0) this.#take(",");
      const key = unescaped(this.#next());
      this.#take("=>");
      members.push([key, this.value()]);
    }
    this.#take("}");
    return Object.fromEntries(members);
  }

  #take(what: string): void {
    const next = this.#next();
    if (next !== what) throw new Error(`${next} instead of ${what} in: ${this.#text}`);
  }

  #peek(): string {
    const before = this.#at;
    const next = this.#next();
    this.#at = before;
    return next;
  }

  #next(): string {
    token.lastIndex = this.#at;
    const found = token.exec(this.#text)?.[1];
    if (found === undefined) throw new Error(`no literal at ${this.#at}: ${this.#text}`);
    this.#at = token.lastIndex;
    return found;
  }
}

function unescaped(literal: string): string {
  if (!literal.startsWith('"')) throw new Error(`no text: ${literal}`);
  return literal.slice(1, -1).replace(/\\u\{([0-9a-f]+)\}|\\(.)/g, (_, code: string | undefined, char: string) => {
    if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
    return char === "n" ? "\n" : char === "t" ? "\t" : char;
  });
}

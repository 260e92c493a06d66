import { type Document, isMap, isScalar, parseAllDocuments } from "yaml";
import type { Json } from "../engine/json.ts";
import type { Finding, Problem } from "./problem.ts";
import { looksSecret, maskLine, secretFinding, secretsIn } from "./secrets.ts";
import { type Span, type Tree, treeOf } from "./tree.ts";

/** A YAML text as data. */
export interface Source {
  readonly data: Json;
  /** What is wrong with the text itself, whatever the data mean: keys that stand twice, secrets, loops. */
  readonly problems: readonly Problem[];
  /** A finding with its place; a path that isn't in the text is placed at its nearest parent that is. */
  locate(finding: Finding): Problem;
}

export type SourceResult =
  | { readonly ok: true; readonly source: Source }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Larger files are refused unread: a fleet is a few kilobytes. */
const maxBytes = 1_048_576;
/** Of a text that isn't YAML: one mistake makes many errors, and the first ones tell. */
const maxSyntaxErrors = 5;
/** Longer lines are shown in part. */
const maxLine = 160;

/**
 * Reads one YAML 1.2 document. What comes through aliases and merge keys is placed where it is written. Never throws.
 * @param input text, or the file's bytes (UTF-8, a byte order mark is allowed)
 */
export function readSource(input: string | Uint8Array, file: string): SourceResult {
  const bytes = typeof input === "string" ? Buffer.byteLength(input) : input.byteLength;
  if (bytes > maxBytes) {
    return refused(new Text("", file), "the file is too large", { expected: "at most 1 MiB", got: `${bytes} bytes` });
  }
  const decoded = typeof input === "string" ? { content: input, valid: true } : decode(input);
  const content = decoded.content.replace(/^\uFEFF/, "");
  const text = new Text(content, file);
  if (!decoded.valid) {
    const at = Math.max(0, content.indexOf("\uFFFD"));
    return refused(text, "not UTF-8 text", { hint: "Save the file as UTF-8." }, { start: at, end: at + 1 });
  }
  try {
    return readText(text);
  } catch (error) {
    // The parser descends one call a level, so a file of nothing but brackets exhausts the stack.
    if (error instanceof RangeError) return refused(text, "nested too deeply");
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    return refused(text, `not readable as YAML: ${reason}`);
  }
}

function readText(text: Text): SourceResult {
  const documents: readonly Document.Parsed[] = parseAllDocuments(text.content, {
    version: "1.2",
    merge: true,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
  });
  const secrets = secretsIn(text.content).map(({ what, start, end }) =>
    text.problem(secretFinding([], `this looks like ${what}`), { start, end }),
  );
  const errors = documents.flatMap((document) => [...document.errors, ...document.warnings]);
  if (errors.some((error) => /call stack|stack overflow/i.test(error.message))) {
    return refused(text, "nested too deeply");
  }
  if (errors.length > 0) {
    const problems = errors
      .slice(0, maxSyntaxErrors)
      .map((error) =>
        text.problem(
          { severity: "error", path: [], ...syntax(error.code, error.message, text.content, error.pos[0]) },
          { start: error.pos[0], end: error.pos[1] },
        ),
      );
    return { ok: false, problems: [...problems, ...secrets] };
  }
  const [document, second] = documents;
  const empty = { hint: "minimal.fleet.yaml is a file to start from." };
  const contents = document?.contents;
  if (document === undefined || contents == null || (isScalar(contents) && contents.source === "")) {
    return refused(text, "the file is empty", empty);
  }
  if (second !== undefined) {
    const start = text.content.lastIndexOf("---", second.contents?.range?.[0] ?? text.content.length);
    return refused(
      text,
      "a second document starts here",
      { expected: "one fleet in one file" },
      { start, end: start + 3 },
    );
  }
  const directive = /^%YAML[ \t]+(?!1\.2)\S+/m.exec(text.content);
  if (directive !== null && document.directives.yaml.explicit === true) {
    const span = { start: directive.index, end: directive.index + directive[0].length };
    return refused(text, "another version of YAML", { expected: "YAML 1.2, or no %YAML line" }, span);
  }
  if (!isMap(contents)) {
    return refused(text, "not a mapping", { expected: "the keys apiVersion, kind, metadata and spec" });
  }
  const tree = treeOf(document);
  const locate = (finding: Finding): Problem => {
    const { span, via } = spanOf(finding, tree);
    return text.problem(finding, span, via);
  };
  const problems = tree.findings.map(({ finding, place }) => text.problem(finding, place.value, place.via));
  if (tree.tooMuch) return { ok: false, problems };
  return { ok: true, source: { data: tree.data, problems: [...problems, ...secrets], locate } };
}

function refused(
  text: Text,
  message: string,
  more: Partial<Finding> = {},
  span: Span = { start: 0, end: 0 },
): SourceResult {
  return { ok: false, problems: [text.problem({ severity: "error", path: [], message, ...more }, span)] };
}

function decode(bytes: Uint8Array): { content: string; valid: boolean } {
  try {
    return { content: new TextDecoder("utf-8", { fatal: true }).decode(bytes), valid: true };
  } catch {
    return { content: new TextDecoder("utf-8").decode(bytes), valid: false };
  }
}

/** Plain words for the parser's codes that people meet. */
function syntax(code: string, message: string, content: string, at: number): Pick<Finding, "message" | "hint"> {
  const lineStart = content.lastIndexOf("\n", at - 1) + 1;
  if (code === "TAB_AS_INDENT" || /^ *\t/.test(content.slice(lineStart, lineStart + 200))) {
    return { message: "a tab indents this line", hint: "YAML wants spaces." };
  }
  if (code === "TAG_RESOLVE_FAILED") return { message: "a tag that has no meaning here" };
  const first = (message.split("\n")[0] ?? message).replace(/[:\s]+$/, "");
  return { message: `not valid YAML: ${maskLine(first)}` };
}

function spanOf(finding: Finding, tree: Tree): { span: Span; via?: Span } {
  for (let length = finding.path.length; length >= 0; length -= 1) {
    const place = tree.placeOf(finding.path.slice(0, length));
    if (place === undefined) continue;
    const exact = length === finding.path.length;
    const span = place.key !== undefined && (!exact || finding.at === "key") ? place.key : place.value;
    return place.via === undefined ? { span } : { span, via: place.via };
  }
  return { span: { start: 0, end: 0 } };
}

/** The text by lines. */
class Text {
  readonly content: string;
  readonly #file: string;
  readonly #starts: readonly number[];

  constructor(content: string, file: string) {
    this.content = content;
    this.#file = file;
    this.#starts = [0, ...[...content.matchAll(/\n/g)].map((match) => match.index + 1)];
  }

  problem(finding: Finding, span: Span, via?: Span): Problem {
    const start = Math.min(Math.max(span.start, 0), this.content.length);
    const line = this.#lineOf(start);
    const lineStart = this.#starts[line - 1] ?? 0;
    const whole = maskLine(
      this.content.slice(lineStart, (this.#starts[line] ?? this.content.length + 1) - 1).replace(/\r$/, ""),
    );
    const column = start - lineStart + 1;
    const from = whole.length <= maxLine ? 0 : Math.max(0, Math.min(column - 1 - maxLine / 2, whole.length - maxLine));
    const source = whole.slice(from, from + maxLine);
    const caret = Math.min(column - 1 - from, source.length);
    // Under a secret the caret spans all that is starred out, or it would tell the secret's length.
    const stars = /^\**/.exec(source.slice(caret))?.[0].length ?? 0;
    return {
      ...finding,
      path: finding.path.map((part) => (typeof part === "string" && looksSecret(part) ? "(secret)" : part)),
      file: this.#file,
      line,
      column,
      source,
      caret,
      length: stars > 0 ? stars : Math.max(1, Math.min(span.end - start, source.length - caret)),
      ...(via === undefined ? {} : { usedAt: this.#lineOf(via.start) }),
    };
  }

  #lineOf(offset: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }
}

import { jsonSchema } from "./json-schema.ts";
import { removedNames } from "./omnibus.ts";
import { type Problem, pathText } from "./problem.ts";

/** Shorter words of the file may be repeated: `10.0.0.0/8`, `Enforce`. No secret worth the name is that short. */
const shortest = 8;
const elided = "…";

/**
 * One problem in one line for what outlives the file: statuses, histories, events, notifications. Whatever a person has
 * put into the file by mistake must not be kept there, of whatever form it is, so this repeats nothing of the file but
 * short words and those of the schema; place and rule are enough for whoever has the file.
 * @param body the file's text
 */
export function problemRecord(problem: Problem, body: string): string {
  const known = vocabulary();
  const path = problem.path.map((part) => (typeof part === "number" || known.has(part) ? part : elided));
  const { file, line, column, severity, message, expected } = problem;
  const where = path.length === 0 ? "" : `${pathText(path).replaceAll(`["${elided}"]`, `.${elided}`)}: `;
  const what = expected === undefined ? message : `${message} (expected ${expected})`;
  const said = what.replace(/[^\s,;:()[\]{}"'`]+/g, (word) => withoutFileText(word, body, known));
  return `${file}:${line}:${column}: ${severity === "warning" ? "warning: " : ""}${where}${said}`;
}

function withoutFileText(word: string, body: string, known: ReadonlySet<string>): string {
  if (word.length < shortest || known.has(word)) return word;
  // Any run of so many characters of the file is of the file, wherever in the word it starts.
  for (let at = 0; at + shortest <= word.length; at += 1) {
    if (body.includes(word.slice(at, at + shortest))) return elided;
  }
  return word;
}

let words: ReadonlySet<string> | undefined;

/** What the schema itself says: its keys, its choices, every word of its own prose and of examples; and what GitLab removed. */
function vocabulary(): ReadonlySet<string> {
  words ??= new Set([...wordsOf(jsonSchema()), ...removedNames()]);
  return words;
}

function* wordsOf(node: unknown): Generator<string> {
  if (typeof node === "string") yield* node.split(/[\s,;:()[\]{}"'`]+/);
  if (typeof node !== "object" || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    yield key;
    yield* wordsOf(value);
  }
}

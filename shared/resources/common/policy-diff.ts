import type { Change } from "../../engine/action.ts";
import { type Json, sameJson } from "../../engine/json.ts";
import { type Policy, type Statement, samePolicy, statementMeaning } from "./policy-document.ts";

/**
 * How one document must change, statement by statement: `policy[machines].statement[RunInstances].resource`. Empty where
 * both mean the same.
 * @param path what the document is called: `trust`, `policy[machines]`
 */
export function policyChanges(path: string, from: Policy | undefined, to: Policy | undefined): readonly Change[] {
  if (from === undefined || to === undefined) {
    if (from === undefined && to === undefined) return [];
    return [{ path, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
  }
  if (samePolicy(from, to)) return [];
  if ("Unreadable" in from || "Unreadable" in to) return [{ path, from, to }];
  const version: readonly Change[] =
    from.Version === to.Version ? [] : [{ path: `${path}.version`, from: from.Version, to: to.Version }];
  return [...version, ...statementChanges(path, from.Statement, to.Statement)];
}

function statementChanges(path: string, from: readonly Statement[], to: readonly Statement[]): readonly Change[] {
  const had = new Set(from.map(statementMeaning));
  const wants = new Set(to.map(statementMeaning));
  const extra = from.filter((statement) => !wants.has(statementMeaning(statement)));
  const missing = to.filter((statement) => !had.has(statementMeaning(statement)));
  const changes: Change[] = [];
  const taken = new Set<Statement>();
  for (const wanted of missing) {
    const was = extra.find((statement) => !taken.has(statement) && isAbout(statement, wanted));
    const at = `${path}.statement[${labelOf(wanted)}]`;
    if (was === undefined) changes.push({ path: at, to: wanted });
    else {
      taken.add(was);
      changes.push(...elementChanges(at, was, wanted));
    }
  }
  for (const statement of extra) {
    if (!taken.has(statement)) changes.push({ path: `${path}.statement[${labelOf(statement)}]`, from: statement });
  }
  return changes;
}

/** Whether two statements are one that was edited: by name, else by what they say of whom. */
function isAbout(a: Statement, b: Statement): boolean {
  if (a["Sid"] !== undefined || b["Sid"] !== undefined) return sameJson(a["Sid"], b["Sid"]);
  if (!sameJson(a["Effect"], b["Effect"])) return false;
  return ["Action", "Resource"].some((element) => a[element] !== undefined && sameJson(a[element], b[element]));
}

function elementChanges(path: string, from: Statement, to: Statement): readonly Change[] {
  const elements = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  return elements.flatMap((element) => {
    const [had, wants] = [pick(from, element), pick(to, element)];
    if (element === "Sid" || statementMeaning(had) === statementMeaning(wants)) return [];
    return [
      { path: `${path}.${element[0]?.toLowerCase()}${element.slice(1)}`, ...side("from", had), ...side("to", wants) },
    ];
  });
}

function pick(statement: Statement, element: string): Statement {
  const value = statement[element];
  return value === undefined ? {} : { [element]: value };
}

function side(name: "from" | "to", picked: Statement): { readonly [Side in "from" | "to"]?: Json } {
  const value = Object.values(picked)[0];
  return value === undefined ? {} : { [name]: value };
}

function labelOf(statement: Statement): string {
  const sid = statement["Sid"];
  if (typeof sid === "string") return sid;
  const actions = statement["Action"] ?? statement["NotAction"];
  const [first, ...more] = Array.isArray(actions) ? actions : [];
  return `${String(statement["Effect"]).toLowerCase()} ${String(first ?? "nothing")}${more.length > 0 ? " ..." : ""}`;
}

/** What policies say about a request: keys in lower case, each with one value or several. */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

/**
 * Whether a text fits a policy's pattern: `*` and `?` are wild, `${key}` stands for the value in the request's context, in
 * which nothing is wild. A variable without a value fits nothing.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export function fits(pattern: string, text: string, context: RequestContext, ignoreCase = false): boolean {
  const expression = expressionOf(pattern, context);
  return expression !== undefined && new RegExp(`^${expression}$`, ignoreCase ? "is" : "s").test(text);
}

/** A pattern's variables filled in, for operators that know no wildcards. Undefined where one has no value. */
export function filled(pattern: string, context: RequestContext): string | undefined {
  let missing = false;
  const text = pattern.replaceAll(variable, (_, name: string) => {
    const value = contextValue(name, context);
    if (value === undefined) missing = true;
    return value ?? "";
  });
  return missing ? undefined : text;
}

const variable = /\$\{([^}]*)\}/g;

function expressionOf(pattern: string, context: RequestContext): string | undefined {
  let expression = "";
  let at = 0;
  for (const match of pattern.matchAll(variable)) {
    const value = contextValue(match[1] ?? "", context);
    if (value === undefined) return undefined;
    expression += wild(pattern.slice(at, match.index)) + literal(value);
    at = match.index + match[0].length;
  }
  return expression + wild(pattern.slice(at));
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

function wild(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, (character) => {
    if (character === "*") return ".*";
    return character === "?" ? "." : `\\${character}`;
  });
}

/** `${*}`, `${?}` and `${$}` are the characters themselves; `${key, 'default'}` has a value in any case. */
function contextValue(name: string, context: RequestContext): string | undefined {
  if (name === "*" || name === "?" || name === "$") return name;
  const [key = "", fallback] = name.split(/\s*,\s*/);
  const values = context.get(key.trim().toLowerCase());
  if (values?.length === 1) return values[0];
  return fallback === undefined ? undefined : fallback.replace(/^'(.*)'$/, "$1");
}

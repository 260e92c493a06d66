import { filled, fits, type RequestContext } from "./pattern.ts";

/** Operator to key to one value or several, as in a statement. */
export type ConditionBlock = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

type Test = (pattern: string, value: string, context: RequestContext) => boolean;

/** Policies are refused where they use what isn't in here: nothing passes unread. */
const tests: Readonly<Record<string, { readonly test: Test; readonly negated: boolean }>> = {
  stringequals: { test: equal, negated: false },
  stringnotequals: { test: equal, negated: true },
  stringequalsignorecase: { test: (a, b, context) => equal(a.toLowerCase(), b.toLowerCase(), context), negated: false },
  stringlike: { test: fits, negated: false },
  stringnotlike: { test: fits, negated: true },
  arnequals: { test: fitsArn, negated: false },
  arnlike: { test: fitsArn, negated: false },
  arnnotequals: { test: fitsArn, negated: true },
  arnnotlike: { test: fitsArn, negated: true },
  bool: { test: (a, b) => a.toLowerCase() === b.toLowerCase(), negated: false },
};

/** What isn't understood is an error, not an answer. */
export class UnknownOperator extends Error {
  override readonly name: string = "UnknownOperator";
}

/**
 * Whether all of a statement's conditions hold: all operators, all keys, any value.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
 */
export function holds(block: ConditionBlock | undefined, context: RequestContext): boolean {
  return Object.entries(block ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) =>
      holdsOne(operator, context.get(key.toLowerCase()), list(wanted), context),
    ),
  );
}

function holdsOne(
  operator: string,
  values: readonly string[] | undefined,
  wanted: readonly string[],
  context: RequestContext,
): boolean {
  const [, quantifier, name = "", ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/i.exec(operator) ?? [];
  if (name.toLowerCase() === "null")
    return wanted.some((want) => (want.toLowerCase() === "true") === (values === undefined));
  const known = tests[name.toLowerCase()];
  if (known === undefined) throw new UnknownOperator(`conditions by ${operator} are not modelled`);
  const { test, negated } = known;
  const matches = (value: string): boolean => wanted.some((want) => test(want, value, context)) !== negated;
  // No value at all: true for every one of none, and for what is only asked if it exists; a negation holds too.
  if (values === undefined)
    return (
      ifExists !== undefined || quantifier?.toLowerCase() === "forallvalues" || (negated && quantifier === undefined)
    );
  return quantifier?.toLowerCase() === "forallvalues" ? values.every(matches) : values.some(matches);
}

function equal(pattern: string, value: string, context: RequestContext): boolean {
  return filled(pattern, context) === value;
}

/** The six parts of an ARN are compared one by one. */
function fitsArn(pattern: string, value: string, context: RequestContext): boolean {
  const [wanted, found] = [parts(pattern), parts(value)];
  return wanted.length === found.length && wanted.every((part, index) => fits(part, found[index] ?? "", context));
}

function parts(arn: string): readonly string[] {
  // A variable's own colons are no separators.
  const pieces = arn.split(/:(?![^${]*\})/);
  return [...pieces.slice(0, 5), pieces.slice(5).join(":")];
}

export function list(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).map(String);
}

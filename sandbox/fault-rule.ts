import type { Effect, FaultRule, Latency } from "./faults.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What is wrong with a rule that came from outside, as a sentence. */
export class InvalidRule extends Error {
  override readonly name: string = "InvalidRule";
}

/** A rule from JSON. Throws {@link InvalidRule}; unknown keys are refused, since a mistyped one would match everything. */
export function faultRuleOf(json: unknown): FaultRule {
  const fields = objectOf(json, "the rule");
  const known = ["service", "operation", "access", "input", "after", "times", "every", "probability", "effect"];
  refuseUnknown(fields, known, "the rule");
  const { service, operation, access, input } = fields;
  if (access !== undefined && access !== "read" && access !== "write") throw new InvalidRule("access is read or write");
  return {
    ...(service === undefined ? {} : { service: textOf(service, "service") }),
    ...(operation === undefined
      ? {}
      : {
          operation: Array.isArray(operation)
            ? operation.map((name) => textOf(name, "operation"))
            : textOf(operation, "operation"),
        }),
    ...(access === undefined ? {} : { access }),
    ...(input === undefined ? {} : { input: objectOf(input, "input") }),
    ...numbers(fields, ["after", "times", "every", "probability"]),
    effect: effectOf(fields["effect"]),
  };
}

function effectOf(json: unknown): Effect {
  const fields = objectOf(json, "effect");
  switch (fields["type"]) {
    case "throttle":
    case "reset":
    case "lost":
      return { type: fields["type"] };
    case "truncate":
      return { type: "truncate", ...numbers(fields, ["bytes"]) };
    case "latency":
      return { type: "latency", milliseconds: latencyOf(fields["milliseconds"]) };
    case "error": {
      const { message } = fields;
      return {
        type: "error",
        code: textOf(fields["code"], "effect.code"),
        ...(message === undefined ? {} : { message: textOf(message, "effect.message") }),
        ...numbers(fields, ["status"]),
      };
    }
    default:
      throw new InvalidRule("effect.type is one of error, throttle, latency, reset, lost, truncate");
  }
}

/** A number, `{from, to}` or `{mean}`, in milliseconds. */
export function latencyOf(json: unknown): Latency {
  if (typeof json !== "object") return amountOf(json, "milliseconds");
  const fields = objectOf(json, "milliseconds");
  if (fields["mean"] !== undefined) return { mean: amountOf(fields["mean"], "milliseconds.mean") };
  return { from: amountOf(fields["from"], "milliseconds.from"), to: amountOf(fields["to"], "milliseconds.to") };
}

function numbers<Name extends string>(fields: Fields, names: readonly Name[]): Partial<Record<Name, number>> {
  const found: Partial<Record<Name, number>> = {};
  for (const name of names) if (fields[name] !== undefined) found[name] = amountOf(fields[name], name);
  return found;
}

export function amountOf(value: unknown, name: string): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidRule(`${name} is a number, 0 or more`);
}

function textOf(value: unknown, name: string): string {
  if (typeof value === "string") return value;
  throw new InvalidRule(`${name} is a string`);
}

function objectOf(value: unknown, name: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new InvalidRule(`${name} is an object`);
}

function refuseUnknown(fields: Fields, known: readonly string[], name: string): void {
  for (const key of Object.keys(fields)) if (!known.includes(key)) throw new InvalidRule(`${name} has no ${key}`);
}

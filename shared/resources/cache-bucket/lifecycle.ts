import type { Lifecycle } from "../../aws/bucket-port.ts";
import type { Change } from "../../engine/action.ts";
import { type Json, type JsonObject, sameJson } from "../../engine/json.ts";

/*
 * The life cycle is one document of many rules. Ours are known by their ids and owned whole; all others are carried over as
 * they are. Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRule.html
 */

export const expireRule = "fleetkeeper-expire";
export const abortRule = "fleetkeeper-abort-uploads";
const ourRules: readonly string[] = [expireRule, abortRule];

/** Rules by id, without their id. */
export type LifecycleRules = { readonly [id: string]: JsonObject };

export type LifecycleState = {
  readonly ours: LifecycleRules;
  readonly others: readonly JsonObject[];
  readonly minimumSize?: string;
};

export function lifecycleState(lifecycle: Lifecycle | undefined): LifecycleState {
  const rules = lifecycle?.rules ?? [];
  const isOurs = (rule: JsonObject) => typeof rule["ID"] === "string" && ourRules.includes(rule["ID"]);
  return {
    ours: Object.fromEntries(rules.filter(isOurs).map((rule) => [String(rule["ID"]), tidyRule(rule)])),
    others: rules.filter((rule) => !isOurs(rule)),
    ...(lifecycle?.minimumSize === undefined ? {} : { minimumSize: lifecycle.minimumSize }),
  };
}

/** One form: the old `Prefix` beside `Filter` means the same, and what is empty says nothing. */
export function tidyRule(rule: JsonObject): JsonObject {
  const { ID: _id, Prefix: prefix, Filter: filter, ...rest } = rule;
  const filtered = filter ?? (prefix === undefined ? {} : { Prefix: prefix });
  const tidy: Record<string, Json> = { Filter: sameJson(filtered, { Prefix: "" }) ? {} : filtered };
  for (const [key, value] of Object.entries(rest)) if (!isEmpty(value)) tidy[key] = value;
  return tidy;
}

export function lifecycleChanges(observed: LifecycleRules, desired: LifecycleRules): readonly Change[] {
  return Object.entries(desired).flatMap(([id, wants]): readonly Change[] => {
    const had = observed[id];
    if (had === undefined) return [{ path: `lifecycle[${id}]`, to: wants }];
    return [...new Set([...Object.keys(wants), ...Object.keys(had)])].flatMap((element) => {
      const [from, to] = [had[element], wants[element]];
      if (sameJson(from, to)) return [];
      const path = `lifecycle[${id}].${element[0]?.toLowerCase()}${element.slice(1)}`;
      return [{ path, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
    });
  });
}

/** The whole document to write: others' rules first and untouched, then ours. */
export function lifecycleWith(observed: LifecycleState | undefined, desired: LifecycleRules): Lifecycle {
  return {
    rules: [...(observed?.others ?? []), ...Object.entries(desired).map(([ID, rule]) => ({ ID, ...rule }))],
    ...(observed?.minimumSize === undefined ? {} : { minimumSize: observed.minimumSize }),
  };
}

function isEmpty(value: Json): boolean {
  return value === null || (typeof value === "object" && Object.keys(value).length === 0);
}

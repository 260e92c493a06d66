import { describe, expect, test } from "vitest";
import {
  expireRule,
  lifecycleChanges,
  lifecycleState,
  lifecycleWith,
  tidyRule,
} from "../../../shared/resources/cache-bucket/lifecycle.ts";

const wanted = { Status: "Enabled", Filter: { Prefix: "runner/" }, Expiration: { Days: 14 } };

describe("life cycle rules", () => {
  test.for([
    ["the old form of a prefix", { Status: "Enabled", Prefix: "runner/", Expiration: { Days: 14 } }],
    ["empty elements", { ...wanted, Transitions: [], NoncurrentVersionTransitions: [] }],
  ] as const)("%s means the same", ([, rule]) => {
    const state = lifecycleState({ rules: [{ ID: expireRule, ...rule }] });
    expect(lifecycleChanges(state.ours, { [expireRule]: wanted })).toEqual([]);
    expect(tidyRule(tidyRule(rule))).toEqual(tidyRule(rule));
  });

  test("of ours are owned whole: an element too many is drift", () => {
    const rule = { ID: expireRule, ...wanted, Transitions: [{ Days: 1, StorageClass: "GLACIER" }] };
    expect(lifecycleChanges(lifecycleState({ rules: [rule] }).ours, { [expireRule]: wanted })).toEqual([
      { path: `lifecycle[${expireRule}].transitions`, from: [{ Days: 1, StorageClass: "GLACIER" }] },
    ]);
  });

  test("of others go along as they were, first and in their order", () => {
    const theirs = [{ ID: "b", Status: "Enabled", Prefix: "" }, { Status: "Disabled" }];
    const state = lifecycleState({ rules: [...theirs, { ID: expireRule, Status: "Disabled" }], minimumSize: "x" });
    expect(lifecycleWith(state, { [expireRule]: wanted })).toEqual({
      rules: [...theirs, { ID: expireRule, ...wanted }],
      minimumSize: "x",
    });
  });
});

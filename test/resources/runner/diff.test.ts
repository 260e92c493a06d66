import { expect, test } from "vitest";
import type { ConfigChange } from "../../../shared/resources/runner/compare.ts";
import type { SectionDesired } from "../../../shared/resources/runner/desired.ts";
import {
  changedAttributes,
  diffApiToken,
  diffManager,
  diffSection,
  sectionDeletion,
} from "../../../shared/resources/runner/diff.ts";
import type { ManagerState, SectionState } from "../../../shared/resources/runner/state.ts";

const at = (name: string) => ({ kind: "runner", name });
const volume = { kind: "stack", name: "volume" };
const gitlab = { kind: "stack", name: "service/gitlab" };
const apiToken = at("api-token");

test.each([
  ["given", "the host has no token for its GitLab's API", {}],
  ["expired", "the token for GitLab's API is over", { routine: true }],
  ["expiring", "the token for GitLab's API ends soon", { routine: true }],
  ["refused", "GitLab refuses the token for its API", {}],
] as const)("a token for the API that is %s is made anew, by the clock alone no drift", (token, reason, due) => {
  expect(diffApiToken(apiToken, { type: "api-token", token })).toEqual([
    {
      ...{ target: apiToken, verb: "update", risk: "safe", ownership: "ours", needs: [volume, gitlab], reason },
      ...due,
      changes: [{ path: "token", from: token, to: "valid" }],
    },
  ]);
});

test("a token for the API is made where there is none, and left alone while it is valid", () => {
  expect(diffApiToken(apiToken, { type: "api-token", token: "valid" })).toEqual([]);
  expect(diffApiToken(apiToken, undefined)).toEqual([
    {
      ...{ target: apiToken, verb: "create", risk: "safe", ownership: "none", needs: [volume, gitlab] },
      ...{ reason: "the host has no token for its GitLab's API", changes: [{ path: "token", to: "valid" }] },
    },
  ]);
});

const change = (path: string, effect: ConfigChange["effect"], fields: Partial<ConfigChange> = {}): ConfigChange => ({
  ...{ path, effect, why: `${path} does that`, ...fields },
});
const manager: ManagerState = { type: "manager", instanceId: "i-1", template: "", changes: [], metrics: null } as never;
const diffOfManager = (...changes: readonly ConfigChange[]) => diffManager(at("manager"), { ...manager, changes });

test("a manager without a config.toml gets one", () => {
  expect(diffOfManager()).toEqual([]);
  expect(diffManager(at("manager"), undefined)).toEqual([
    {
      ...{ target: at("manager"), verb: "create", risk: "safe", ownership: "none", needs: [volume] },
      ...{ changes: [{ path: "config.toml", to: "the global part" }], reason: "the manager has no config.toml" },
    },
  ]);
});

test("what the manager reloads is changed at once, and told by the first few paths", () => {
  expect(diffOfManager(change("concurrent", "reload", { from: 1, to: 2 }))).toStrictEqual([
    {
      ...{ target: at("manager"), verb: "update", risk: "safe", ownership: "ours" },
      ...{ changes: [{ path: "concurrent", from: 1, to: 2 }], reason: "concurrent isn't as declared" },
    },
  ]);
  const reloads = ["a", "b", "c", "d", "e"].map((path) => change(path, "reload", { to: 1 }));
  expect(diffOfManager(...reloads.slice(0, 2))[0]?.reason).toBe("a, b aren't as declared");
  expect(diffOfManager(...reloads.slice(0, 3))[0]?.reason).toBe("a, b, c aren't as declared");
  expect(diffOfManager(...reloads)[0]?.reason).toBe("a, b, c and 2 more aren't as declared");
  expect(diffOfManager(change("gone", "reload", { from: 1 }))[0]?.changes).toStrictEqual([{ path: "gone", from: 1 }]);
});

test("what would lose jobs or machines drains first, and the worst of it is told", () => {
  const [draft] = diffOfManager(change("a", "reload"), change("b", "restart"), change("c", "disown"));
  expect(draft).toMatchObject({ risk: "disruptive", reason: "c: c does that, so it drains first" });
  expect(draft?.changes.map(({ path }) => path)).toEqual(["a", "b", "c"]);
  expect(diffOfManager(change("a", "reload"), change("b", "restart"))[0]).toMatchObject({
    ...{ risk: "disruptive", reason: "b: b does that, so it drains first" },
  });
});

const attributes: SectionDesired["attributes"] = {
  ...{ description: "builders", tag_list: ["a", "b"], run_untagged: false, locked: false, paused: false },
  ...{ access_level: "not_protected", maximum_timeout: null },
};
const desired: SectionDesired = {
  ...{ type: "section", section: "acme-build", attributes, scope: { runner_type: "instance_type" } as never },
  flow: "authentication-token",
};
const known = { attributes: { ...attributes, runner_type: "instance_type" }, gone: false, tokenValid: true };
const section: SectionState = {
  ...{ type: "section", instanceId: "i-1", template: "", state: "whole", changes: [], registering: false },
  ...{ rotating: false, runner: known as never },
};
const target = at("section/acme-build");
const diff = (fields: Partial<SectionState>, wanted = desired, own = true) =>
  diffSection(target, { ...section, ...fields }, wanted, own);
const registration = [
  { path: "registration", to: "instance_type" },
  ...Object.entries(attributes).map(([name, to]) => ({ path: `gitlab.${name}`, to })),
];
const needs = [volume, gitlab, apiToken];

test("a section without a runner is registered, once what registers it is there", () => {
  expect(diff({})).toEqual([]);
  const draft = {
    ...{ target, verb: "create", risk: "safe", ownership: "none", changes: registration },
    reason: "no such runner is registered",
  };
  expect(diffSection(target, undefined, desired, true)).toEqual([{ ...draft, needs }]);
  expect(diffSection(target, undefined, desired, false)).toEqual([{ ...draft, needs: [volume] }]);
  const pooled = { ...desired, pool: "acme-build" };
  const group = { kind: "pool", name: "group/acme-build" };
  expect(diffSection(target, undefined, pooled, true)[0]?.needs).toEqual([...needs, group]);
});

test.each<readonly [string, Partial<SectionState>, string]>([
  ["is missing", { state: "missing" }, "its registration began and did not end"],
  ["has no token", { state: "tokenless" }, "its section has no token"],
  ["is gone from GitLab", { runner: { ...known, gone: true } as never }, "GitLab knows this runner no more"],
  ["is refused", { runner: { ...known, tokenValid: false } as never }, "GitLab refuses the token in config.toml"],
  ["was never finished", { registering: true }, "its registration began and did not end"],
])("a runner that %s is registered anew", (_what, fields, reason) => {
  expect(diff(fields)).toEqual([
    { target, verb: "update", risk: "safe", ownership: "ours", changes: registration, reason, needs },
  ]);
});

test("what GitLab says of a runner is set back, whatever the order of its tags", () => {
  const told = (fields: object) => ({ runner: { ...known, attributes: { ...known.attributes, ...fields } } as never });
  expect(diff(told({ tag_list: ["b", "a"] }))).toEqual([]);
  const turned = { ...desired, attributes: { ...attributes, tag_list: ["b", "a"] } };
  expect(diff(told({ tag_list: ["a", "b"] }), turned)).toEqual([]);
  expect(diff(told({ tag_list: ["a"], paused: true }))).toEqual([
    {
      ...{ target, verb: "update", risk: "safe", ownership: "ours" },
      changes: [
        { path: "gitlab.tag_list", from: ["a"], to: ["a", "b"] },
        { path: "gitlab.paused", from: true, to: false },
      ],
      reason: "gitlab.tag_list, gitlab.paused aren't as declared",
    },
  ]);
  expect(changedAttributes({}, { ...attributes, maximum_timeout: null }).map(({ path }) => path)).not.toContain(
    "gitlab.maximum_timeout",
  );
  expect(changedAttributes({ ...attributes, tag_list: null }, attributes)).toEqual([
    { path: "gitlab.tag_list", from: null, to: ["a", "b"] },
  ]);
  expect(diff({ runner: null })).toEqual([]);
  expect(diff({ runner: { ...known, attributes: null } as never })).toEqual([]);
});

test("one change of the section and one of GitLab's are one action", () => {
  const runner = { ...known, attributes: { ...known.attributes, paused: true } } as never;
  const [draft, ...more] = diff({ runner, changes: [change("limit", "reload", { to: 2 })] });
  expect(more).toEqual([]);
  expect(draft?.changes).toStrictEqual([
    { path: "limit", to: 2 },
    { path: "gitlab.paused", from: true, to: false },
  ]);
});

test("whose runner it is can't be changed: it is refused, and the rest is set back", () => {
  const runner = { ...known, attributes: { ...known.attributes, runner_type: "group_type", paused: true } } as never;
  const [refused, rest] = diff({ runner });
  expect(refused).toMatchObject({
    ...{ target, verb: "update", risk: "disruptive", ownership: "ours" },
    changes: [{ path: "gitlab.runner_type", from: "group_type", to: "instance_type" }],
    reason: "it is a runner of another scope (group_type)",
  });
  expect(refused?.refused).toMatch(/^GitLab can't change whose runner it is/);
  expect(rest?.changes).toEqual([{ path: "gitlab.paused", from: true, to: false }]);
});

test("a new token that was asked for comes with the section's other changes, after its jobs and machines", () => {
  const [draft] = diff({ rotating: true, changes: [change("limit", "reload", { from: 1, to: 2 })] });
  expect(draft).toMatchObject({
    risk: "disruptive",
    reason: "token: a new token was asked for, and the manager finds its machines by the old one, so it drains first",
  });
  expect(draft?.changes).toEqual([
    { path: "token", to: "made anew" },
    { path: "limit", from: 1, to: 2 },
  ]);
});

test("a runner that left the file ends: whole, it drains first", () => {
  const draft = {
    ...{ target, verb: "delete", changes: [], ownership: "ours" },
    reason: "the file declares no such fleet any more: it drains, and its runner and its section end",
  };
  expect(sectionDeletion(target, section)).toEqual({ ...draft, risk: "disruptive" });
  expect(sectionDeletion(target, { ...section, state: "tokenless" })).toEqual({ ...draft, risk: "safe" });
});

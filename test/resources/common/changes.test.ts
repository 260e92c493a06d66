import { expect, test } from "vitest";
import { fieldChange } from "../../../shared/resources/common/field-change.ts";
import { all, ownershipOf } from "../../../shared/resources/common/ownership.ts";
import { policyChanges } from "../../../shared/resources/common/policy-diff.ts";
import type { Policy, Statement } from "../../../shared/resources/common/policy-document.ts";
import { changedTags, isMarked, markOf, tagChanges, tagsAfter, tagsOf } from "../../../shared/resources/common/tags.ts";
import { fleetOf } from "../sample-fleet.ts";

const policy = (...statements: readonly Statement[]): Policy => ({ Version: "2012-10-17", Statement: statements });
const read: Statement = { Sid: "Read", Effect: "Allow", Action: ["s3:GetObject"], Resource: ["arn:a"] };
const { Sid: _, ...nameless } = read;
const of = (from: Policy | undefined, to: Policy | undefined) => policyChanges("trust", from, to);

test("a document that is there or isn't is one change", () => {
  expect(of(undefined, undefined)).toEqual([]);
  expect(of(undefined, policy(read))).toEqual([{ path: "trust", to: policy(read) }]);
  expect(of(policy(read), undefined)).toEqual([{ path: "trust", from: policy(read) }]);
  expect(of(policy(read), policy(read))).toEqual([]);
});

test("one that can't be read is changed whole, either way", () => {
  const odd = { Unreadable: "{" };
  expect(of(odd, policy(read))).toEqual([{ path: "trust", from: odd, to: policy(read) }]);
  expect(of(policy(read), odd)).toEqual([{ path: "trust", from: policy(read), to: odd }]);
});

test("another version is told, for the old one knows no variables", () => {
  expect(of({ Version: "2008-10-17", Statement: [read] }, policy(read))).toEqual([
    { path: "trust.version", from: "2008-10-17", to: "2012-10-17" },
  ]);
});

test("a statement that was edited is told element by element", () => {
  const edited: Statement = { ...read, Effect: "Deny", Resource: ["arn:b"], Condition: { Bool: { a: ["true"] } } };
  expect(of(policy(edited), policy(read))).toEqual([
    { path: "trust.statement[Read].condition", from: { Bool: { a: ["true"] } } },
    { path: "trust.statement[Read].effect", from: "Deny", to: "Allow" },
    { path: "trust.statement[Read].resource", from: ["arn:b"], to: ["arn:a"] },
  ]);
  const { Resource: _gone, ...less } = read;
  expect(of(policy(less), policy(read))).toEqual([{ path: "trust.statement[Read].resource", to: ["arn:a"] }]);
});

test("a statement without a name is known by what it says of whom", () => {
  const at = "trust.statement[allow s3:GetObject]";
  expect(of(policy({ ...nameless, Resource: ["arn:b"] }), policy(nameless))).toEqual([
    { path: `${at}.resource`, from: ["arn:b"], to: ["arn:a"] },
  ]);
  expect(of(policy({ ...nameless, Action: ["s3:*"] }), policy(nameless))).toEqual([
    { path: `${at}.action`, from: ["s3:*"], to: ["s3:GetObject"] },
  ]);
  const denied: Statement = { ...nameless, Effect: "Deny" };
  expect(of(policy(denied), policy(nameless))).toEqual([
    { path: at, to: nameless },
    { path: "trust.statement[deny s3:GetObject]", from: denied },
  ]);
  const other: Statement = { Effect: "Allow", Action: ["s3:*"], Resource: ["arn:b"] };
  expect(of(policy(other), policy(nameless))).toEqual([
    { path: at, to: nameless },
    { path: "trust.statement[allow s3:*]", from: other },
  ]);
  // One with a name is never taken for one without.
  expect(of(policy({ ...read, Resource: ["arn:b"] }), policy(nameless))).toHaveLength(2);
});

test("of two that might be meant, each is taken once", () => {
  const first: Statement = { ...nameless, Resource: ["arn:1"] };
  const second: Statement = { ...nameless, Resource: ["arn:2"] };
  const changes = of(
    policy(first, second),
    policy({ ...nameless, Resource: ["arn:3"] }, { ...nameless, Resource: ["arn:4"] }),
  );
  expect(changes.map(({ from, to }) => [from, to])).toEqual([
    [["arn:1"], ["arn:3"]],
    [["arn:2"], ["arn:4"]],
  ]);
});

test("a statement is named by its first action, by what it leaves out, or by nothing", () => {
  const label = (statement: Statement) => of(policy(), policy(statement))[0]?.path;
  expect(label({ Effect: "Allow", Action: ["a:B", "a:C"] })).toBe("trust.statement[allow a:B ...]");
  expect(label({ Effect: "Deny", NotAction: ["a:B"] })).toBe("trust.statement[deny a:B]");
  expect(label({ Effect: "Deny" })).toBe("trust.statement[deny nothing]");
  expect(label({ Sid: "X", Effect: "Deny", Action: ["a:B"] })).toBe("trust.statement[X]");
});

test("a field is told by what it was and what it is to be", () => {
  expect(fieldChange("a", 1, 1)).toEqual([]);
  expect(fieldChange("a", 1, 2)).toEqual([{ path: "a", from: 1, to: 2 }]);
  expect(fieldChange("a", undefined, 2)).toStrictEqual([{ path: "a", to: 2 }]);
  expect(fieldChange("a", false, true)).toEqual([{ path: "a", from: false, to: true }]);
});

test("tags: ours are owned, others are left", () => {
  expect(tagChanges({ a: "1", b: "2", theirs: "3" }, { a: "1", b: "3", c: "4" })).toStrictEqual([
    { path: "tags[b]", from: "2", to: "3" },
    { path: "tags[c]", to: "4" },
  ]);
  const changes = [
    { path: "tags[b]", from: "2", to: "3" },
    { path: "tags[gone]", from: "x" },
    { path: "tags[a\nb]", to: "lines" },
    { path: "policy.tags[no]", to: "x" },
    { path: "tags[no].more", to: "x" },
  ];
  expect(changedTags(changes)).toEqual({ b: "3", "a\nb": "lines" });
  expect(tagsAfter({ b: "2", gone: "x", theirs: "3" }, changes)).toEqual({ theirs: "3", b: "3", "a\nb": "lines" });
  expect(tagsAfter({ a: "1" }, [{ path: "description", to: "x" }])).toBeUndefined();
  expect(tagsAfter({ gone: "x" }, [{ path: "tags[gone]", from: "x" }])).toEqual({});
});

test("a mark is the fleet's and the kind's, by equality", () => {
  const fleet = fleetOf();
  expect(tagsOf(fleet, "iam", "role/host")).toEqual({
    ...{ team: "platform", "fleetkeeper:fleet": "acme", "fleetkeeper:kind": "iam", "fleetkeeper:name": "role/host" },
  });
  const mark = markOf(fleet, "iam");
  expect(mark).toEqual({ "fleetkeeper:fleet": "acme", "fleetkeeper:kind": "iam" });
  expect(isMarked({ ...mark, more: "x" }, fleet, "iam")).toBe(true);
  expect(isMarked(mark, fleet, "network")).toBe(false);
  expect(isMarked({ ...mark, "fleetkeeper:fleet": "acme-eu" }, fleet, "iam")).toBe(false);
  expect(isMarked({}, fleet, "iam")).toBe(false);
});

test("what exists is ours by its mark, adopted by the file's word, and foreign else", () => {
  expect([ownershipOf(true, false), ownershipOf(true, true)]).toEqual(["ours", "ours"]);
  expect([ownershipOf(false, true), ownershipOf(false, false)]).toEqual(["adopting", "foreign"]);
});

test("work side by side is awaited whole before the first failure is told", async () => {
  let done = false;
  const slow = Promise.resolve().then(() => {
    done = true;
  });
  const first = new Error("first");
  const told = await all([Promise.resolve(), Promise.reject(first), slow, Promise.reject(new Error("second"))]).then(
    () => "nothing",
    (reason: unknown) => reason,
  );
  expect(told).toBe(first);
  expect(done).toBe(true);
  await expect(all([Promise.resolve(), Promise.resolve()])).resolves.toBeUndefined();
});

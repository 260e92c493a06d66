import { describe, expect, test } from "vitest";
import type { KeyType } from "../../../shared/desired/runners/key-type.ts";
import { runner } from "../../../shared/desired/runners/keys.ts";
import { machineAutoscaling } from "../../../shared/desired/runners/keys-machines.ts";
import type { TomlValue } from "../../../shared/desired/runners/toml-value.ts";
import { equal, isDefault, sameValue } from "../../../shared/resources/runner/same-value.ts";

const day = new Date("2026-11-24T00:00:00Z");
const zero = new Date("0001-01-01T00:00:00Z");

describe("two values of config.toml", () => {
  test.each<readonly [string, TomlValue, TomlValue]>([
    ["a whole number", 1n, 1n],
    ["a date", day, new Date(day)],
    ["a list", ["a", ["b"]], ["a", ["b"]]],
    ["a table, whatever its order", { a: 1n, b: { c: "x" } }, { b: { c: "x" }, a: 1n }],
    ["nothing in a list", [], []],
    ["nothing in a table", {}, {}],
  ])("%s is equal to itself", (_what, a, b) => {
    expect(equal(a, b)).toBe(true);
  });

  test.each<readonly [string, TomlValue, TomlValue]>([
    ["a whole number and a fraction", 1n, 1],
    ["a number and its text", 1n, "1"],
    ["two dates", day, zero],
    ["a date and its text", day, day.toISOString()],
    ["a date and a table", day, {}],
    ["lists of another order", ["a", "b"], ["b", "a"]],
    ["a list and its beginning", ["a", "b"], ["a"]],
    ["a list and what goes on", ["a"], ["a", "b"]],
    ["a list and a text", ["a"], "a"],
    ["lists that begin alike", ["a", "b"], ["a", "c"]],
    ["lists that end alike", ["a", "b"], ["c", "b"]],
    ["an empty list and an empty table", [], {}],
    ["a table and a list", { 0: "a" }, ["a"]],
    ["a table and a text", { a: "x" }, "x"],
    ["a table and one more key", { a: 1n }, { a: 1n, b: 2n }],
    ["a table and one less", { a: 1n, b: 2n }, { a: 1n }],
    ["tables of other keys", { a: 1n }, { b: 1n }],
    ["tables that share a value", { a: 1n, b: 2n }, { a: 1n, b: 3n }],
  ])("%s are not equal", (_what, a, b) => {
    expect(equal(a, b)).toBe(false);
  });
});

describe("what the runner reads as the same", () => {
  test.each<readonly [KeyType | undefined, TomlValue, TomlValue, boolean]>([
    ["duration", "20m0s", "1200s", true],
    ["duration?", "1h0m0s", 3_600_000_000_000n, true],
    ["duration", "20m0s", "21m0s", false],
    // What isn't a duration is the same as nothing, itself included: it has to be put right.
    ["duration", "soon", "soon", false],
    ["duration", "soon", "never", false],
    ["string", "20m0s", "1200s", false],
    ["stringOrStrings", "always", ["always"], true],
    ["stringOrStrings", ["always"], "always", true],
    ["stringOrStrings", "always", ["always", "never"], false],
    ["strings", "always", ["always"], false],
    [undefined, "always", ["always"], false],
    [undefined, "x", "x", true],
  ])("of the type %s: %o and %o", (type, a, b, same) => {
    expect(sameValue(type, a, b)).toBe(same);
  });
});

describe("what the runner reads as if it weren't there", () => {
  const inSection = (...path: readonly (string | number)[]) => ["runners", "acme-build", ...path];
  test.each<readonly [KeyType | undefined, TomlValue, readonly (string | number)[]]>([
    ["string", "", ["user"]],
    ["boolean", false, inSection("debug_trace_disabled")],
    ["integer", 0n, ["concurrent"]],
    ["float", 0, inSection("machine", "IdleScaleFactor")],
    ["duration", "0s", inSection("unhealthy_interval")],
    ["duration", 0n, inSection("unhealthy_interval")],
    ["datetime", zero, inSection("token_expires_at")],
    ["strings", [], inSection("environment")],
    ["integer", 3n, ["check_interval"]],
    ["integer", 0n, ["check_interval"]],
    ["duration?", "900s", ["connection_max_age"]],
    ["string?", "info", ["log_level"]],
    ["integer", 4096n, inSection("output_limit")],
    ["integer", 1n, inSection("request_concurrency")],
    ["integer", 30n, inSection("docker", "wait_for_services_timeout")],
    ["integer", 30n, inSection("machine", "MaxRemovalAttempts")],
    ["boolean?", true, inSection("cache", "s3", "DualStack")],
    ["integer", 3n, ["machine", "shutdown_drain", "concurrency"]],
    [{ table: runner.cache.table }, {}, inSection("cache")],
    [{ table: runner.cache.table }, { Shared: false, s3: { DualStack: true } }, inSection("cache")],
    [{ table: runner.docker.table }, { privileged: false, shm_size: 0n }, inSection("docker")],
  ])("of the type %o: %o at %o", (type, value, path) => {
    expect(isDefault(type, value, path)).toBe(true);
  });

  test.each<readonly [KeyType | undefined, TomlValue, readonly (string | number)[]]>([
    ["string", "x", ["user"]],
    ["boolean", true, inSection("debug_trace_disabled")],
    ["integer", 1n, ["concurrent"]],
    ["float", 1, inSection("machine", "IdleScaleFactor")],
    ["duration", "1s", inSection("unhealthy_interval")],
    // Zero by its look, and no duration: text.
    ["string", "0s", inSection("builds_dir")],
    ["datetime", day, inSection("token_expires_at")],
    ["strings", [""], inSection("environment")],
    ["integer", 4n, ["check_interval"]],
    ["duration?", "0s", ["connection_max_age"]],
    ["string?", "", ["log_level"]],
    ["boolean?", false, inSection("cache", "s3", "DualStack")],
    ["integer", 4096n, ["output_limit"]],
    ["integer", 4096n, inSection("output_limit", "deeper")],
    [{ table: runner.cache.table }, { Shared: false, Type: "s3" }, inSection("cache")],
    [{ table: runner.cache.table }, { s3: { DualStack: false } }, inSection("cache")],
    [{ tables: machineAutoscaling }, [{ IdleCount: 0n }], inSection("machine", "autoscaling")],
  ])("but not of the type %o: %o at %o", (type, value, path) => {
    expect(isDefault(type, value, path)).toBe(false);
  });
});

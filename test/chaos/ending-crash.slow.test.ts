import { expect, test } from "vitest";
import type { Access } from "../../sandbox/hosted-service.ts";
import type { Crash } from "../../sandbox/sdk-handler.ts";
import { crashEverywhere } from "../harness/crash.ts";
import { belowHost, cloudWithData, endingScenario, hostWithData } from "./ending-crash.ts";

/**
 * After every write, and at reads here and there: two reads in a row leave the same world behind, and who dies before a write
 * leaves what who died after the call before it left.
 */
const writes = ({ at, when }: Crash, access: Access): boolean =>
  access === "write" ? when === "after" : at % 23 === 0;

test("killed at every call, destroy goes on with the next call, and a bucket that is retained stays as it is", async () => {
  const report = await crashEverywhere(endingScenario(cloudWithData, {}));
  expect(report.failures).toEqual([]);
});

test("killed at every write, destroy --data leaves nothing", async () => {
  const report = await crashEverywhere(endingScenario(cloudWithData, { data: true }), writes);
  expect(report.failures).toEqual([]);
});

test("killed at every write, destroy ends the host, its record and its address, and GitLab's data stays", async () => {
  const report = await crashEverywhere(endingScenario(hostWithData, { kinds: belowHost }), writes);
  expect(report.failures).toEqual([]);
});

test("killed at every write, destroy --data ends GitLab's data only after its host, and leaves nothing", async () => {
  const report = await crashEverywhere(endingScenario(hostWithData, { kinds: belowHost, data: true }), writes);
  expect(report.failures).toEqual([]);
});

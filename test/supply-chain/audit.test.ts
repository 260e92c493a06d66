import { expect, test } from "vitest";
import { readAdvisories } from "./advisories.ts";
import { deliveredBill, lacksOfBill } from "./bill.ts";

const dependencies = { prod: 40, dev: 0, optional: 0, peer: 0, peerOptional: 0, total: 40 };
const none = { auditReportVersion: 2, vulnerabilities: {}, metadata: { vulnerabilities: {}, dependencies } };

test("a report without vulnerabilities is clean only where npm ended well", () => {
  expect(readAdvisories(0, JSON.stringify(none))).toEqual({ state: "clean", packages: 40 });
  expect(readAdvisories(1, JSON.stringify(none)).state).toBe("unknown");
});

test("what is vulnerable is told with its severity, its versions and why", () => {
  const via = [{ source: 1, name: "minimist", title: "Prototype Pollution", url: "https://github.com/advisories/x" }];
  const found = { minimist: { name: "minimist", severity: "critical", range: "<0.2.4", via, effects: [], nodes: [] } };
  const through = { mkdirp: { name: "mkdirp", severity: "high", range: "0.4.1", via: ["minimist"] } };
  expect(readAdvisories(1, JSON.stringify({ ...none, vulnerabilities: { ...found, ...through } }))).toEqual({
    state: "vulnerable",
    found: ["critical: minimist <0.2.4 (Prototype Pollution)", "high: mkdirp 0.4.1 (minimist)"],
  });
});

test.each([
  ["a registry that refuses", 1, JSON.stringify({ message: "405 Method Not Allowed - POST /bulk", statusCode: 405 })],
  ["a refusal that ends well", 0, JSON.stringify({ message: "405 Method Not Allowed - POST /bulk" })],
  ["a report of another shape", 0, JSON.stringify({ auditReportVersion: 3, advisories: {} })],
  ["no report", 1, ""],
  ["half of a report", 0, '{ "vulnerabilities": {'],
])("%s leaves it unknown, and is never taken for clean", (_what, exit, stdout) => {
  const { state, ...rest } = readAdvisories(exit, stdout);
  expect(state).toBe("unknown");
  expect(rest).toHaveProperty("why");
});

test("a bill of materials is whole where every delivered package stands in it with hash and licence", () => {
  const component = (purl: string, fields: object = {}) => ({
    ...{ purl, hashes: [{ alg: "SHA-512", content: "00" }], licenses: [{ license: { id: "MIT" } }] },
    ...fields,
  });
  const of = (...components: readonly object[]) => JSON.stringify({ bomFormat: "CycloneDX", components });
  const wanted = new Set(["@aws-sdk/client-iam@3.1.0", "zod@4.0.0"]);
  const iam = component("pkg:npm/%40aws-sdk/client-iam@3.1.0");
  expect(lacksOfBill(of(iam, component("pkg:npm/zod@4.0.0")), wanted)).toEqual([]);
  expect(lacksOfBill(of(iam, component("pkg:npm/zod@4.0.1")), wanted)).toEqual(["zod@4.0.0 isn't listed"]);
  expect(lacksOfBill(of(iam, component("pkg:npm/zod@4.0.0", { hashes: [], licenses: [] })), wanted)).toEqual([
    "zod@4.0.0 has no hash",
    "zod@4.0.0 has no licence",
  ]);
  expect(lacksOfBill(JSON.stringify({ error: "no" }), wanted)).toHaveLength(1);
});

test("the bill of what is delivered leaves the tools out, and keeps what a tool uses too", () => {
  const component = (name: string) => ({ "bom-ref": name, purl: `pkg:npm/${name}`, scope: "required" });
  const document = JSON.stringify({
    ...{ bomFormat: "CycloneDX", metadata: { tools: [] } },
    components: [component("zod@4.0.0"), component("knip@6.0.0")],
    dependencies: [
      { ref: "ours@1.0.0", dependsOn: ["zod@4.0.0", "knip@6.0.0"] },
      { ref: "knip@6.0.0", dependsOn: ["zod@4.0.0"] },
      { ref: "zod@4.0.0" },
    ],
  });
  expect(JSON.parse(deliveredBill(document, new Set(["zod@4.0.0"])))).toEqual({
    ...{ bomFormat: "CycloneDX", metadata: { tools: [] } },
    components: [component("zod@4.0.0")],
    dependencies: [
      { ref: "ours@1.0.0", dependsOn: ["zod@4.0.0"] },
      { ref: "zod@4.0.0", dependsOn: [] },
    ],
  });
});

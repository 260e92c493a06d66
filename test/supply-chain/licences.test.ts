import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { isDelivered, lockedPackages, unwelcomeLicences } from "./licences.ts";

test("what is delivered depends on permissive licences only", async () => {
  const packages = await lockedPackages();
  expect(packages.filter(([, locked]) => isDelivered(locked)).length).toBeGreaterThan(20);
  expect(unwelcomeLicences(packages)).toEqual([]);
});

test("a licence that asks for more, and one that isn't told, are found; what only the project's workers use is not", () => {
  const packages = [
    ["node_modules/a", { license: "MIT" }],
    ["node_modules/b", { license: "GPL-3.0-only" }],
    ["node_modules/c", {}],
    ["node_modules/d", { license: "MPL-2.0", dev: true }],
  ] as const;
  expect(unwelcomeLicences(packages)).toEqual(["node_modules/b: GPL-3.0-only", "node_modules/c: none"]);
});

test("every package is pinned to its content", async () => {
  const loose = (await lockedPackages()).filter(
    ([, { integrity, link, inBundle }]) => integrity === undefined && link !== true && inBundle !== true,
  );
  expect(loose.map(([path]) => path)).toEqual([]);
});

test("every dependency is named by its exact version", async () => {
  const { dependencies, devDependencies } = JSON.parse(await readFile("package.json", "utf8")) as Record<
    "dependencies" | "devDependencies",
    Record<string, string>
  >;
  const ranges = Object.entries({ ...dependencies, ...devDependencies }).filter(([, version]) => !/^\d/.test(version));
  expect(ranges).toEqual([]);
});

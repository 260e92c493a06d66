import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

interface Locked {
  readonly license?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
}

/** Licences that ask for no more than their text to be kept. */
const permissive = ["MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "BlueOak-1.0.0", "CC0-1.0"];

async function locked(): Promise<readonly (readonly [string, Locked])[]> {
  const { packages } = JSON.parse(await readFile("package-lock.json", "utf8")) as { packages: Record<string, Locked> };
  return Object.entries(packages).filter(([path]) => path !== "");
}

test("what is delivered depends on permissive licences only", async () => {
  const production = (await locked()).filter(([, { dev, devOptional }]) => dev !== true && devOptional !== true);
  expect(production.length).toBeGreaterThan(20);
  const others = production.filter(([, { license = "none" }]) => !permissive.includes(license));
  expect(others.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
});

test("every package is pinned to its content", async () => {
  const loose = (await locked()).filter(
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

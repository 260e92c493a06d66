import { readFile } from "node:fs/promises";
import * as z from "zod/mini";

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.optional(z.string()),
      license: z.optional(z.string()),
      dev: z.optional(z.boolean()),
      devOptional: z.optional(z.boolean()),
      integrity: z.optional(z.string()),
      link: z.optional(z.boolean()),
      inBundle: z.optional(z.boolean()),
    }),
  ),
});

export type Locked = z.infer<typeof lockSchema>["packages"][string];

/** Licences that ask for no more than their text to be kept. */
const permissive = ["MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "BlueOak-1.0.0", "CC0-1.0"];

/** What package-lock.json pins, by its path under node_modules. */
export async function lockedPackages(): Promise<readonly (readonly [string, Locked])[]> {
  const { packages } = lockSchema.parse(JSON.parse(await readFile("package-lock.json", "utf8")));
  return Object.entries(packages).filter(([path]) => path !== "");
}

/** What is delivered: all that isn't for working on the project alone. */
export function isDelivered({ dev, devOptional }: Locked): boolean {
  return dev !== true && devOptional !== true;
}

/** Delivered packages with another licence than a permissive one, or with none, as `path: licence`. */
export function unwelcomeLicences(packages: readonly (readonly [string, Locked])[]): readonly string[] {
  return packages
    .filter(([, locked]) => isDelivered(locked) && !permissive.includes(locked.license ?? "none"))
    .map(([path, { license = "none" }]) => `${path}: ${license}`);
}

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

async function sources(folder: string): Promise<readonly (readonly [string, string])[]> {
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".ts"));
  return Promise.all(
    files.map(async (file) => [join(folder, file), await readFile(join(folder, file), "utf8")] as const),
  );
}

test("the engine names no AWS service", async () => {
  const naming = (await sources("shared/engine")).filter(([, text]) =>
    /\b(?:AWS|EC2|S3|IAM|SSM|Amazon|Lambda)\b/.test(text),
  );
  expect(naming.map(([file]) => file)).toEqual([]);
});

test("AWS's error codes are named in shared/aws alone", async () => {
  const table = await readFile("shared/aws/error-table.ts", "utf8");
  const codes = [...table.matchAll(/"([A-Z][A-Za-z]+(?:\.[A-Za-z.]+)?)"/g)].map(([, code = ""]) => code);
  expect(codes.length).toBeGreaterThan(40);
  const others = (await Promise.all(["shared", "cli", "functions"].map(sources))).flat();
  // A code that is an everyday word elsewhere, too, is only a code where it is compared.
  const naming = others
    .filter(([file]) => !file.startsWith("shared/aws/"))
    .flatMap(([file, text]) =>
      codes
        .filter((code) => new RegExp(`[=!]== "${code}"|case "${code}"`).test(text))
        .map((code) => `${file}: ${code}`),
    );
  expect(naming).toEqual([]);
});

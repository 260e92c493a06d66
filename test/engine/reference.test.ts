import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { engineReference, withGenerated } from "../../shared/engine/reference.ts";

const file = new URL("../../docs/engine.md", import.meta.url);

test("the tables of docs/engine.md are made of the code", async () => {
  const text = await readFile(file, "utf8");
  const sections = engineReference();
  for (const name of Object.keys(sections)) expect(text).toContain(`<!-- generated: ${name} -->`);
  await expect(withGenerated(text, sections)).toMatchFileSnapshot("../../docs/engine.md");
});

import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { alarmDefinitions } from "../../infra/alarms.ts";
import { infraReference } from "../../infra/reference.ts";
import { settingsSchema } from "../../infra/settings.ts";
import { withGenerated } from "../../shared/engine/reference.ts";
import { everything } from "./synthesis.ts";

test.each(["deploy", "permissions", "runbook"])("the tables of docs/%s.md are made of the code", async (name) => {
  const text = await readFile(new URL(`../../docs/${name}.md`, import.meta.url), "utf8");
  expect(text).toContain("<!-- generated: ");
  const sections = infraReference({
    reading: ["fleetkeeper-facts"],
    collecting: ["fleetkeeper-list-machines"],
    asking: ["fleetkeeper-list-jobs"],
    all: ["each of fleetkeeper-..."],
  });
  await expect(withGenerated(text, sections)).toMatchFileSnapshot(`../../docs/${name}.md`);
});

test("the runbook has a section for every alarm", async () => {
  const text = await readFile(new URL("../../docs/runbook.md", import.meta.url), "utf8");
  for (const { name } of alarmDefinitions(settingsSchema.parse(everything))) expect(text).toContain(`\n## ${name}\n`);
});

import { expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { type JsonSchema, jsonSchema, jsonSchemaText } from "../../shared/desired/json-schema.ts";
import { referenceMarkdown } from "../../shared/desired/reference.ts";
import { sample } from "./sample.ts";

test("desired-state/fleet.schema.json is the schema that validates", async () => {
  await expect(jsonSchemaText()).toMatchFileSnapshot("../../desired-state/fleet.schema.json");
});

test("docs/desired-state.md is made of the schema", async () => {
  await expect(referenceMarkdown()).toMatchFileSnapshot("../../docs/desired-state.md");
});

test("the schema is of draft 2020-12 and closed: unknown keys are errors in editors too", () => {
  expect(jsonSchema().$schema).toBe("https://json-schema.org/draft/2020-12/schema");
  for (const { path, node } of fields(jsonSchema())) {
    if (node.properties !== undefined) expect(node.additionalProperties, path).toBe(false);
  }
});

test("every field has a description, every value an example, every number a unit", () => {
  const lacking: string[] = [];
  for (const { path, node } of fields(jsonSchema())) {
    if ((node.description ?? "").length < 5) lacking.push(`${path}: description`);
    const isSection = node.type === "object" || node.oneOf !== undefined || node.anyOf !== undefined;
    if (!isSection && node.examples === undefined) lacking.push(`${path}: example`);
    if ((node.type === "integer" || node.type === "number") && node["x-unit"] === undefined)
      lacking.push(`${path}: unit`);
  }
  expect(lacking).toEqual([]);
});

test("every example is one that the schema itself accepts", () => {
  const { $defs = {} } = jsonSchema();
  for (const { path, node } of fields(jsonSchema())) {
    for (const example of node.examples ?? []) {
      const { description: _description, examples: _examples, default: _default, ...rules } = node;
      const own = z.fromJSONSchema(JSON.parse(JSON.stringify({ ...rules, $defs })));
      expect(own.safeParse(example).success, `${path}: ${JSON.stringify(example)}`).toBe(true);
    }
  }
});

test("the samples are valid by the JSON Schema alone", () => {
  const own = z.fromJSONSchema(JSON.parse(jsonSchemaText()));
  for (const name of ["acme", "minimal"] as const) expect(own.safeParse(parse(sample(name))).error).toBeUndefined();
});

test("patterns are those that every JSON Schema validator knows: no Unicode classes, no lookbehind", () => {
  for (const { path, node } of fields(jsonSchema())) {
    expect(node.pattern ?? "", path).not.toMatch(/\\p\{|\(\?<[=!]/);
    if (node.pattern !== undefined) expect(() => new RegExp(node.pattern ?? "", "u"), path).not.toThrow();
  }
});

function fields(node: JsonSchema, path = ""): { path: string; node: JsonSchema }[] {
  const own = Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const place = path === "" ? key : `${path}.${key}`;
    return [{ path: place, node: child }, ...fields(child, place)];
  });
  const variants = [...(node.oneOf ?? []), ...(node.anyOf ?? [])].flatMap((one) => fields(one, path));
  return [...own, ...variants, ...(node.items === undefined ? [] : fields(node.items, `${path}[]`))];
}

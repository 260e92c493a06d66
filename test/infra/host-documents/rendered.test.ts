import { describe, expect, it } from "vitest";
import { hostDocuments } from "../../../infra/host-documents/documents.ts";
import { hostDocuments as named } from "../../../shared/resources/common/host-command.ts";

const documents = hostDocuments();

interface Content {
  readonly schemaVersion: string;
  readonly parameters: Readonly<
    Record<string, { readonly allowedPattern: string; readonly interpolationType: string }>
  >;
  readonly mainSteps: readonly [
    { readonly action: string; readonly inputs: { readonly runCommand: readonly string[] } },
  ];
}

describe.each(documents.map((document) => [document.name, document] as const))("%s", (_name, document) => {
  const content = JSON.parse(document.content) as Content;

  it("fits into an SSM document", () => {
    expect(Buffer.byteLength(document.content)).toBeLessThanOrEqual(64 * 1024);
    expect(content.schemaVersion).toBe("2.2");
    expect(content.mainSteps).toHaveLength(1);
  });

  it("takes its parameters by environment, and none that could mean anything to a shell", () => {
    for (const [name, { allowedPattern, interpolationType }] of Object.entries(content.parameters)) {
      expect(interpolationType, name).toBe("ENV_VAR");
      const pattern = new RegExp(allowedPattern);
      for (const character of " \t\n\"'`$\\;&|<>(){}[]*?~#!%^,@:") {
        expect(pattern.test(`00${character}00`), `${name} with ${character}`).toBe(false);
      }
    }
    expect(Object.keys(content.parameters)).toEqual(
      document.fenced ? ["Nonce", "Payload", "Incarnation", "Epoch"] : ["Nonce", "Payload"],
    );
  });

  it("has nothing that SSM would fill in but its parameters, for agents that know no environment", () => {
    const marks = [...document.content.matchAll(/\{\{(.*?)\}\}/g)].map(([, inside]) => inside?.trim());
    expect(marks.sort()).toEqual(Object.keys(content.parameters).sort());
  });

  it("fences if it writes, and only then", () => {
    const lines = content.mainSteps[0].inputs.runCommand;
    expect(lines.includes("fence")).toBe(document.fenced);
  });
});

it("every document that the product names is there", () => {
  expect(documents.map(({ folder }) => folder)).toEqual(expect.arrayContaining([...named]));
});

import { CreateDocumentCommand, DescribeDocumentCommand, UpdateDocumentCommand } from "@aws-sdk/client-ssm";
import { describe, expect, it } from "vitest";
import { awsError, sdkWorld } from "../sdk-world.ts";
import { helloDocument, hostWorld } from "./command-world.ts";

describe("a document", () => {
  it("gets a new version with new content, and keeps its default until told", async () => {
    const { ssm } = await hostWorld();
    const update = (Content: string) =>
      ssm.send(new UpdateDocumentCommand({ Name: "acme-hello", Content, DocumentVersion: "$LATEST" }));
    await expect(update(helloDocument())).rejects.toEqual(awsError("DuplicateDocumentContent"));
    await update(helloDocument({ onFailure: "exit" }));
    const { Document } = await ssm.send(new DescribeDocumentCommand({ Name: "acme-hello" }));
    expect(Document).toMatchObject({
      DocumentVersion: "1",
      LatestVersion: "2",
      DefaultVersion: "1",
      Status: "Active",
      HashType: "Sha256",
      SchemaVersion: "2.2",
    });
    expect(Document?.Hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ["isn't JSON", "{", "InvalidDocumentContent"],
    ["has another schema version", '{"schemaVersion":"1.2"}', "InvalidDocumentSchemaVersion"],
    ["has no steps", '{"schemaVersion":"2.2","mainSteps":[]}', "InvalidDocumentContent"],
    [
      "uses a parameter that it doesn't define",
      helloDocument({ inputs: { runCommand: ["{{ nope }}"] } }),
      "InvalidDocumentContent",
    ],
    ["has a bad pattern", helloDocument({}, { x: { type: "String", allowedPattern: "(" } }), "InvalidDocumentContent"],
    [
      "is over 64 KB",
      helloDocument({}, { x: { type: "String", default: "y".repeat(66_000) } }),
      "MaxDocumentSizeExceeded",
    ],
  ])("is refused when it %s", async (_what, Content, code) => {
    const { ssm } = sdkWorld();
    const create = ssm.send(new CreateDocumentCommand({ Name: "bad-one", Content, DocumentType: "Command" }));
    await expect(create).rejects.toEqual(awsError(code));
  });
});

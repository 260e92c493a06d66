import type { DocumentDescription } from "@aws-sdk/client-ssm";
import type { SsmContext } from "./context.ts";
import { readDocument } from "./document-content.ts";
import type { DocumentRecord, DocumentVersionRecord } from "./document-state.ts";

export function statusOf(version: DocumentVersionRecord, { clock }: SsmContext): "Creating" | "Updating" | "Active" {
  if (version.activeAt <= clock.now()) return "Active";
  return version.version === 1 ? "Creating" : "Updating";
}

export function descriptionOf(
  document: DocumentRecord,
  version: DocumentVersionRecord,
  context: SsmContext,
): DocumentDescription {
  const content = readDocument(version.content, version.format);
  return {
    Name: document.name,
    DisplayName: document.displayName,
    Owner: document.owner,
    Hash: version.hash,
    HashType: "Sha256",
    VersionName: version.versionName,
    CreatedDate: new Date(version.createdAt),
    Status: statusOf(version, context),
    DocumentVersion: String(version.version),
    LatestVersion: String(document.versions.at(-1)?.version ?? version.version),
    DefaultVersion: String(document.defaultVersion),
    Description: content.description,
    Parameters: Object.entries(content.parameters).map(([Name, spec]) => ({
      Name,
      Type: spec.type === "StringList" ? "StringList" : "String",
      Description: spec.description,
      DefaultValue:
        spec.default === undefined
          ? undefined
          : typeof spec.default === "string"
            ? spec.default
            : JSON.stringify(spec.default),
    })),
    PlatformTypes: ["Linux", "MacOS"],
    DocumentType: "Command",
    SchemaVersion: "2.2",
    DocumentFormat: version.format,
    TargetType: document.targetType,
    Tags: [...document.tags],
  };
}

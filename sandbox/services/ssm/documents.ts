import { createHash } from "node:crypto";
import type {
  CreateDocumentCommandInput,
  CreateDocumentCommandOutput,
  DeleteDocumentCommandInput,
  UpdateDocumentCommandInput,
  UpdateDocumentCommandOutput,
  UpdateDocumentDefaultVersionCommandInput,
  UpdateDocumentDefaultVersionCommandOutput,
} from "@aws-sdk/client-ssm";
import type { Answer, SsmContext } from "./context.ts";
import { descriptionOf } from "./document-answer.ts";
import { readDocument } from "./document-content.ts";
import { documentNamed, versionOf } from "./document-lookup.ts";
import type { DocumentRecord, DocumentVersionRecord } from "./document-state.ts";
import { required, ssmError, validation } from "./errors.ts";
import { nameKey } from "./state.ts";
import { mergedTags } from "./tag-list.ts";

const MAX_BYTES = 64 * 1024;
const MAX_VERSIONS = 1000;

export function CreateDocument(
  input: CreateDocumentCommandInput,
  context: SsmContext,
): Answer<CreateDocumentCommandOutput> {
  const { state, clock, account } = context;
  const name = checkedName(required(input.Name, "name"));
  if ((input.DocumentType ?? "Command") !== "Command") {
    throw ssmError("InvalidDocumentType", `The sandbox has no documents of type ${input.DocumentType}.`);
  }
  const version = newVersion(1, input, context);
  if (state.documents[nameKey(name)] !== undefined) {
    throw ssmError("DocumentAlreadyExists", `Document with same name ${name} already exists`);
  }
  const document: DocumentRecord = {
    name,
    createdAt: clock.now(),
    defaultVersion: 1,
    owner: account,
    tags: mergedTags([], input.Tags),
    versions: [version],
    ...(input.TargetType === undefined ? {} : { targetType: input.TargetType }),
    ...(input.DisplayName === undefined ? {} : { displayName: input.DisplayName }),
  };
  state.documents[nameKey(name)] = document;
  return { DocumentDescription: descriptionOf(document, version, context) };
}

/** Adds a version; the default one stays until it is set. The same content again is an error. */
export function UpdateDocument(
  input: UpdateDocumentCommandInput,
  context: SsmContext,
): Answer<UpdateDocumentCommandOutput> {
  const document = ownDocument(input.Name, context);
  const last = document.versions.at(-1)?.version ?? 0;
  const asked = input.DocumentVersion;
  if (asked !== undefined && asked !== "$LATEST" && asked !== String(last)) {
    throw ssmError("InvalidDocumentVersion", "The document version is not valid or does not exist.");
  }
  if (document.versions.length >= MAX_VERSIONS) {
    throw ssmError(
      "DocumentVersionLimitExceeded",
      "The document has too many versions. Delete one or more document versions and try again.",
    );
  }
  const version = newVersion(last + 1, input, context);
  if (document.versions.some((other) => other.hash === version.hash)) {
    throw ssmError(
      "DuplicateDocumentContent",
      "The content of the association document matches another document. Change the content of the document and try again.",
    );
  }
  if (
    version.versionName !== undefined &&
    document.versions.some((other) => other.versionName === version.versionName)
  ) {
    throw ssmError("DuplicateDocumentVersionName", "The version name has already been used in this document.");
  }
  const updated = { ...document, versions: [...document.versions, version] };
  context.state.documents[nameKey(document.name)] = updated;
  return { DocumentDescription: descriptionOf(updated, version, context) };
}

export function UpdateDocumentDefaultVersion(
  input: UpdateDocumentDefaultVersionCommandInput,
  context: SsmContext,
): Answer<UpdateDocumentDefaultVersionCommandOutput> {
  const document = ownDocument(input.Name, context);
  const { version, versionName } = versionOf(document, required(input.DocumentVersion, "documentVersion"));
  context.state.documents[nameKey(document.name)] = { ...document, defaultVersion: version };
  return {
    Description: { Name: document.name, DefaultVersion: String(version), DefaultVersionName: versionName },
  };
}

/** All versions, or the one named; not the default one alone. */
export function DeleteDocument(input: DeleteDocumentCommandInput, context: SsmContext): object {
  const { state } = context;
  const document = ownDocument(input.Name, context);
  if (input.DocumentVersion === undefined) {
    delete state.documents[nameKey(document.name)];
    return {};
  }
  const { version } = versionOf(document, input.DocumentVersion);
  if (version === document.defaultVersion) {
    throw ssmError("InvalidDocumentOperation", "The default version of the document can't be deleted.");
  }
  const versions = document.versions.filter((other) => other.version !== version);
  state.documents[nameKey(document.name)] = { ...document, versions };
  return {};
}

function newVersion(
  version: number,
  input: Pick<CreateDocumentCommandInput, "Content" | "DocumentFormat" | "VersionName">,
  { clock, state }: SsmContext,
): DocumentVersionRecord {
  const content = required(input.Content, "content");
  const format = input.DocumentFormat ?? "JSON";
  if (format === "TEXT") throw validation("Command documents are in JSON or YAML.");
  if (Buffer.byteLength(content) > MAX_BYTES) {
    throw ssmError("MaxDocumentSizeExceeded", "The size limit of a document is 64 KB.");
  }
  readDocument(content, format);
  return {
    version,
    content,
    format,
    hash: createHash("sha256").update(content).digest("hex"),
    createdAt: clock.now(),
    activeAt: clock.now() + state.timing.documentActive,
    ...(input.VersionName === undefined ? {} : { versionName: input.VersionName }),
  };
}

function checkedName(name: string): string {
  if (!/^[a-zA-Z0-9_\-.]{3,128}$/.test(name)) {
    throw validation(
      `Value '${name}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9_\\-.]{3,128}$`,
    );
  }
  if (/^(?:aws|amazon|amzn)(?:[-_.]|$)/i.test(name)) {
    throw validation(`The document name ${name} begins with a prefix that is reserved for AWS.`);
  }
  return name;
}

function ownDocument(name: string | undefined, context: SsmContext): DocumentRecord {
  const document = documentNamed(required(name, "name"), context);
  if (document.owner !== context.account) {
    throw ssmError("InvalidDocumentOperation", `The document ${document.name} belongs to AWS.`);
  }
  return document;
}

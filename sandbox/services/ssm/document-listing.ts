import type {
  DescribeDocumentCommandInput,
  DescribeDocumentCommandOutput,
  DocumentKeyValuesFilter,
  GetDocumentCommandInput,
  GetDocumentCommandOutput,
  ListDocumentsCommandInput,
  ListDocumentsCommandOutput,
  ListDocumentVersionsCommandInput,
  ListDocumentVersionsCommandOutput,
} from "@aws-sdk/client-ssm";
import { AWS_RUN_SHELL_SCRIPT } from "./aws-documents.ts";
import type { Answer, SsmContext } from "./context.ts";
import { descriptionOf, statusOf } from "./document-answer.ts";
import { documentNamed, versionOf } from "./document-lookup.ts";
import type { DocumentRecord } from "./document-state.ts";
import { required, ssmError } from "./errors.ts";
import { page } from "./pages.ts";

export function DescribeDocument(
  input: DescribeDocumentCommandInput,
  context: SsmContext,
): Answer<DescribeDocumentCommandOutput> {
  const document = documentNamed(required(input.Name, "name"), context);
  return { Document: descriptionOf(document, versionOf(document, input.DocumentVersion), context) };
}

/** The content as it was stored; the sandbox doesn't turn JSON into YAML or back. */
export function GetDocument(input: GetDocumentCommandInput, context: SsmContext): Answer<GetDocumentCommandOutput> {
  const document = documentNamed(required(input.Name, "name"), context);
  const version = versionOf(document, input.DocumentVersion);
  return {
    Name: document.name,
    DisplayName: document.displayName,
    VersionName: version.versionName,
    DocumentVersion: String(version.version),
    CreatedDate: new Date(version.createdAt),
    Status: statusOf(version, context),
    Content: version.content,
    DocumentType: "Command",
    DocumentFormat: version.format,
  };
}

export function ListDocuments(
  input: ListDocumentsCommandInput,
  context: SsmContext,
): Answer<ListDocumentsCommandOutput> {
  const all = [...Object.values(context.state.documents), AWS_RUN_SHELL_SCRIPT];
  const older = (input.DocumentFilterList ?? []).map(({ key, value = "" }) => ({ Key: key, Values: [value] }));
  const filters: readonly DocumentKeyValuesFilter[] = [...older, ...(input.Filters ?? [])];
  const matching = all.filter((document) => filters.every((filter) => matches(document, filter, context)));
  const { items, ...rest } = page(matching, (document) => document.name, input, 50, context.pageSize);
  const DocumentIdentifiers = items.map((document) => {
    const {
      Hash: _hash,
      HashType: _type,
      Status: _status,
      Description: _description,
      Parameters: _parameters,
      LatestVersion: _latest,
      DefaultVersion: _default,
      ...identifier
    } = descriptionOf(document, versionOf(document, undefined), context);
    return identifier;
  });
  return { DocumentIdentifiers, ...rest };
}

export function ListDocumentVersions(
  input: ListDocumentVersionsCommandInput,
  context: SsmContext,
): Answer<ListDocumentVersionsCommandOutput> {
  const document = documentNamed(required(input.Name, "name"), context);
  const key = (entry: { readonly version: number }) => String(1e9 - entry.version).padStart(12, "0");
  const { items, ...rest } = page(document.versions, key, input, 50, context.pageSize);
  const DocumentVersions = items.map((version) => ({
    Name: document.name,
    DisplayName: document.displayName,
    DocumentVersion: String(version.version),
    VersionName: version.versionName,
    CreatedDate: new Date(version.createdAt),
    IsDefaultVersion: version.version === document.defaultVersion,
    DocumentFormat: version.format,
    Status: statusOf(version, context),
  }));
  return { DocumentVersions, ...rest };
}

function matches(
  document: DocumentRecord,
  { Key: key, Values = [] }: DocumentKeyValuesFilter,
  context: SsmContext,
): boolean {
  if (key?.startsWith("tag:") === true) {
    const tag = document.tags.find((candidate) => candidate.Key === key.slice("tag:".length));
    return tag !== undefined && Values.includes(tag.Value);
  }
  switch (key) {
    case "Name":
      return Values.some((value) => document.name.startsWith(value));
    case "Owner":
      return Values.some((value) => {
        const own = document.owner === context.account;
        return value === "All" || (value === "Self" && own) || (value === "Amazon" && document.owner === "Amazon");
      });
    case "DocumentType":
      return Values.includes("Command");
    case "PlatformTypes":
      return Values.includes("Linux") || Values.includes("MacOS");
    case "TargetType":
      return document.targetType !== undefined && Values.includes(document.targetType);
    default:
      throw ssmError("InvalidFilterKey", `The filter key ${key} isn't valid.`);
  }
}

import { AWS_RUN_SHELL_SCRIPT } from "./aws-documents.ts";
import type { SsmContext } from "./context.ts";
import type { DocumentRecord, DocumentVersionRecord } from "./document-state.ts";
import { ssmError } from "./errors.ts";
import { nameKey } from "./state.ts";

/** The account's document, by name or ARN, or one of AWS's. */
export function documentNamed(given: string, { state }: SsmContext): DocumentRecord {
  const name = given.startsWith("arn:") ? given.slice(given.indexOf("/") + 1) : given;
  const own = state.documents[nameKey(name)];
  if (own !== undefined) return own;
  if (name === AWS_RUN_SHELL_SCRIPT.name) return AWS_RUN_SHELL_SCRIPT;
  throw ssmError("InvalidDocument", `Document with name ${name} does not exist.`);
}

/** By number, `$LATEST` or `$DEFAULT`, which is what none means too. */
export function versionOf(document: DocumentRecord, asked: string | undefined): DocumentVersionRecord {
  const latest = document.versions.at(-1);
  const wanted =
    asked === undefined || asked === "$DEFAULT"
      ? document.defaultVersion
      : asked === "$LATEST"
        ? latest?.version
        : Number(asked);
  const found = document.versions.find((version) => version.version === wanted);
  if (found === undefined) {
    throw ssmError("InvalidDocumentVersion", "The document version is not valid or does not exist.");
  }
  return found;
}

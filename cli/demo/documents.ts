import {
  CreateDocumentCommand,
  DocumentAlreadyExists,
  DuplicateDocumentContent,
  SSMClient,
  UpdateDocumentCommand,
  UpdateDocumentDefaultVersionCommand,
} from "@aws-sdk/client-ssm";
import { hostDocuments } from "../../infra/host-documents/documents.ts";
import type { AwsConfig } from "../../shared/aws/clients.ts";

/** Puts the host documents of this version into an account, as the CDK app would. What is there already is brought up to date. */
export async function publishDocuments({ region, endpoint, requestHandler, credentials }: AwsConfig): Promise<void> {
  const ssm = new SSMClient({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(requestHandler === undefined ? {} : { requestHandler }),
    ...(credentials === undefined ? {} : { credentials }),
  });
  for (const { name: Name, content: Content } of hostDocuments()) {
    try {
      await ssm.send(new CreateDocumentCommand({ Name, Content, DocumentType: "Command" }));
    } catch (error) {
      if (!(error instanceof DocumentAlreadyExists)) throw error;
      await update(ssm, Name, Content);
    }
  }
}

async function update(ssm: SSMClient, Name: string, Content: string): Promise<void> {
  try {
    const { DocumentDescription } = await ssm.send(
      new UpdateDocumentCommand({ Name, Content, DocumentVersion: "$LATEST" }),
    );
    const DocumentVersion = DocumentDescription?.DocumentVersion;
    await ssm.send(new UpdateDocumentDefaultVersionCommand({ Name, DocumentVersion }));
  } catch (error) {
    if (!(error instanceof DuplicateDocumentContent)) throw error;
  }
}

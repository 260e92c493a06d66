import { CreateDocumentCommand, type SSMClient } from "@aws-sdk/client-ssm";
import { hostDocuments } from "../../infra/host-documents/documents.ts";

/** Puts our documents into a sandbox, as the CDK app does in AWS. */
export async function publishDocuments(ssm: SSMClient): Promise<void> {
  for (const { name, content } of hostDocuments()) {
    await ssm.send(new CreateDocumentCommand({ Name: name, Content: content, DocumentType: "Command" }));
  }
}

import { Stack, type StackProps } from "aws-cdk-lib";
import { CfnDocument } from "aws-cdk-lib/aws-ssm";
import type { Construct } from "constructs";
import type { HostDocument } from "../host-documents/documents.ts";

/** The SSM documents: the only commands that the reconciler may send. A change makes a new version of the same document. */
export class DocumentStack extends Stack {
  constructor(scope: Construct, id: string, documents: readonly HostDocument[], props: StackProps) {
    super(scope, id, props);
    for (const { folder, name, content } of documents) {
      new CfnDocument(this, folder, {
        name,
        documentType: "Command",
        documentFormat: "JSON",
        targetType: "/AWS::EC2::Instance",
        updateMethod: "NewVersion",
        content: JSON.parse(content) as object,
      });
    }
  }
}

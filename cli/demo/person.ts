import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import {
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
} from "@aws-sdk/client-iam";
import {
  BucketAlreadyOwnedByYou,
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketLifecycleCommand,
  DeletePublicAccessBlockCommand,
  GetBucketLifecycleConfigurationCommand,
  GetPublicAccessBlockCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import {
  CreateDocumentCommand,
  DocumentAlreadyExists,
  DuplicateDocumentContent,
  PutParameterCommand,
  SSMClient,
  UpdateDocumentCommand,
  UpdateDocumentDefaultVersionCommand,
} from "@aws-sdk/client-ssm";
import type { AwsConfig } from "../../shared/aws/clients.ts";

/** Something that a person does to a fleet by hand, and how to see with one's own eyes that it was put right. */
export interface Drift {
  /** As a clause: "opens port 8080 of the host to the world". */
  readonly what: string;
  /** The resource in whose plan it must show, as `kind/name`. */
  readonly shows: string;
  readonly cause: () => Promise<void>;
  readonly healed: () => Promise<boolean>;
}

/** A person with the plain SDK: not through any code of the reconciler, so that what they see is seen independently. */
export class Person {
  readonly #ec2: EC2Client;
  readonly #iam: IAMClient;
  readonly #s3: S3Client;
  readonly #ssm: SSMClient;

  constructor({ region, endpoint, requestHandler, credentials }: AwsConfig) {
    const settings = {
      region,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(requestHandler === undefined ? {} : { requestHandler }),
      ...(credentials === undefined ? {} : { credentials }),
    };
    this.#ec2 = new EC2Client(settings);
    this.#iam = new IAMClient(settings);
    this.#ssm = new SSMClient(settings);
    this.#s3 = new S3Client({ ...settings, forcePathStyle: true });
  }

  /** A bucket that is theirs already is fine. */
  async makeBucket(name: string): Promise<void> {
    const region = await this.#s3.config.region();
    const location =
      region === "us-east-1"
        ? {}
        : { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } };
    try {
      await this.#s3.send(new CreateBucketCommand({ Bucket: name, ...location }));
    } catch (error) {
      if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
    }
  }

  /** What is there under that name becomes this content, as a deployment would make it. */
  async makeDocument(name: string, content: string): Promise<void> {
    try {
      await this.#ssm.send(new CreateDocumentCommand({ Name: name, Content: content, DocumentType: "Command" }));
    } catch (error) {
      if (!(error instanceof DocumentAlreadyExists)) throw error;
      await this.#updateDocument(name, content);
    }
  }

  async #updateDocument(name: string, content: string): Promise<void> {
    try {
      const update = new UpdateDocumentCommand({ Name: name, Content: content, DocumentVersion: "$LATEST" });
      const { DocumentDescription: made } = await this.#ssm.send(update);
      const DocumentVersion = made?.DocumentVersion;
      await this.#ssm.send(new UpdateDocumentDefaultVersionCommand({ Name: name, DocumentVersion }));
    } catch (error) {
      if (!(error instanceof DuplicateDocumentContent)) throw error;
    }
  }

  async makeSecret(name: string, value: string): Promise<void> {
    await this.#ssm.send(new PutParameterCommand({ Name: name, Value: value, Type: "SecureString" }));
  }

  /** @param fleet its name; @param bucket its cache bucket; @param role its machines' role */
  drifts(fleet: string, bucket: string, role: string): readonly Drift[] {
    return [
      this.#openPort(fleet),
      this.#widenPolicy(`${fleet}-host`),
      this.#unblockPublicAccess(bucket),
      this.#dropLifecycle(bucket),
      this.#deleteRole(role),
    ];
  }

  #openPort(fleet: string): Drift {
    const groupOf = async (): Promise<string> => {
      const Filters = [
        { Name: "tag:fleetkeeper:fleet", Values: [fleet] },
        { Name: "tag:fleetkeeper:name", Values: ["group/host"] },
      ];
      const { SecurityGroups = [] } = await this.#ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
      return SecurityGroups[0]?.GroupId ?? "";
    };
    return {
      what: "opens port 8080 of the host to the world",
      shows: "network/rules/host",
      cause: async () => {
        const CidrIp = "0.0.0.0/0";
        const permission = { IpProtocol: "tcp", FromPort: 8080, ToPort: 8080, IpRanges: [{ CidrIp }] };
        const GroupId = await groupOf();
        await this.#ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [permission] }));
      },
      healed: async () => {
        const Filters = [{ Name: "group-id", Values: [await groupOf()] }];
        const answer = await this.#ec2.send(new DescribeSecurityGroupRulesCommand({ Filters }));
        const rules = answer.SecurityGroupRules ?? [];
        return rules.length > 0 && rules.every(({ FromPort }) => FromPort !== 8080);
      },
    };
  }

  #widenPolicy(role: string): Drift {
    const key = { RoleName: role, PolicyName: "host" };
    const wide = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }] };
    return {
      what: "widens the host role's policy to every bucket",
      shows: "iam/role/host",
      cause: async () => {
        await this.#iam.send(new PutRolePolicyCommand({ ...key, PolicyDocument: JSON.stringify(wide) }));
      },
      healed: async () => {
        const { PolicyDocument = "" } = await this.#iam.send(new GetRolePolicyCommand(key));
        return !decodeURIComponent(PolicyDocument).includes('"s3:*"');
      },
    };
  }

  #unblockPublicAccess(bucket: string): Drift {
    return {
      what: "removes the cache bucket's public access block",
      shows: `cache-bucket/${bucket}`,
      cause: async () => {
        await this.#s3.send(new DeletePublicAccessBlockCommand({ Bucket: bucket }));
      },
      healed: async () => {
        const answer = await this.#s3.send(new GetPublicAccessBlockCommand({ Bucket: bucket }));
        const block = answer.PublicAccessBlockConfiguration;
        return block?.BlockPublicPolicy === true && block.RestrictPublicBuckets === true;
      },
    };
  }

  #dropLifecycle(bucket: string): Drift {
    return {
      what: "drops the cache bucket's lifecycle rules",
      shows: `cache-bucket/${bucket}`,
      cause: async () => {
        await this.#s3.send(new DeleteBucketLifecycleCommand({ Bucket: bucket }));
      },
      healed: async () => {
        const { Rules = [] } = await this.#s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }));
        return Rules.some(({ Expiration }) => Expiration?.Days !== undefined);
      },
    };
  }

  #deleteRole(role: string): Drift {
    return {
      what: "deletes the machines' role",
      shows: "iam/role/machine",
      cause: async () => {
        const RoleName = role;
        await this.#iam.send(new RemoveRoleFromInstanceProfileCommand({ RoleName, InstanceProfileName: role }));
        const { PolicyNames = [] } = await this.#iam.send(new ListRolePoliciesCommand({ RoleName }));
        for (const PolicyName of PolicyNames)
          await this.#iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
        await this.#iam.send(new DeleteRoleCommand({ RoleName }));
      },
      healed: async () => (await this.#iam.send(new GetRoleCommand({ RoleName: role }))).Role?.RoleName === role,
    };
  }
}

import { Duration, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import type { Installation } from "../installation.ts";

/** What outlives every deployment: the state bucket; and where failures and alarms go. */
export class StateStack extends Stack {
  readonly bucket: Bucket;
  readonly deadLetters: Queue;
  readonly alarms: Topic;

  constructor(scope: Construct, id: string, installation: Installation, props: StackProps) {
    super(scope, id, props);
    this.bucket = new Bucket(this, "State", {
      bucketName: installation.bucket,
      versioned: true,
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        { noncurrentVersionExpiration: Duration.days(90), abortIncompleteMultipartUploadAfter: Duration.days(7) },
      ],
    });
    // The property itself: the construct's own switch would deploy a function that sets it.
    const resource = this.bucket.node.defaultChild as CfnBucket;
    resource.addPropertyOverride("NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled", true);
    this.deadLetters = new Queue(this, "DeadLetters", {
      queueName: installation.deadLetters,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      visibilityTimeout: Duration.minutes(6),
    });
    this.alarms = new Topic(this, "Alarms", { topicName: installation.topic, enforceSSL: true });
    // A policy of one's own replaces the default one, by which everybody in the account could publish. CloudWatch's documentation:
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
    this.alarms.addToResourcePolicy(
      new PolicyStatement({
        sid: "AlarmsPublish",
        principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
        actions: ["sns:Publish"],
        resources: [this.alarms.topicArn],
        conditions: {
          StringEquals: { "aws:SourceAccount": installation.settings.account },
          ArnLike: { "aws:SourceArn": installation.arn("cloudwatch", `alarm:${installation.settings.name}-*`) },
        },
      }),
    );
    for (const email of installation.settings.alarmEmails) this.alarms.addSubscription(new EmailSubscription(email));
  }
}

import { account, bucket, region } from "./environment.ts";

/** Events in the shapes that AWS documents and sends, with every member that they come with. */

/** EventBridge, a rule with a rate. */
export function tick(id = "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa") {
  return {
    version: "0",
    id,
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account,
    time: "2026-11-24T12:05:00Z",
    region,
    resources: [`arn:aws:events:${region}:${account}:rule/fleetkeeper-tick`],
    detail: {},
  };
}

/** S3 by way of EventBridge. */
export function objectCreated(key: string, of = bucket) {
  return {
    version: "0",
    id: "17793124-05d4-b198-2fde-7ededc63b103",
    "detail-type": "Object Created",
    source: "aws.s3",
    account,
    time: "2026-11-24T12:00:01Z",
    region,
    resources: [`arn:aws:s3:::${of}`],
    detail: {
      version: "0",
      bucket: { name: of },
      object: {
        key,
        size: 5120,
        etag: "b1946ac92492d2347c6235b4d2611184",
        "version-id": "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e",
        sequencer: "617f08299329d189",
      },
      "request-id": "N4N7GDK58NMKJ12R",
      requester: account,
      "source-ip-address": "198.51.100.7",
      reason: "PutObject",
    },
  };
}

/** S3 directly. */
export function notification(keys: readonly string[], of = bucket) {
  return {
    Records: keys.map((key) => ({
      eventVersion: "2.3",
      eventSource: "aws:s3",
      awsRegion: region,
      eventTime: "2026-11-24T12:00:01.123Z",
      eventName: "ObjectCreated:Put",
      userIdentity: { principalId: "AWS:AROAEXAMPLE:pipeline" },
      requestParameters: { sourceIPAddress: "198.51.100.7" },
      responseElements: { "x-amz-request-id": "N4N7GDK58NMKJ12R", "x-amz-id-2": "abc" },
      s3: {
        s3SchemaVersion: "1.0",
        configurationId: "desired",
        bucket: { name: of, ownerIdentity: { principalId: "A3NL1KOZZKExample" }, arn: `arn:aws:s3:::${of}` },
        object: {
          key,
          size: 5120,
          eTag: "b1946ac92492d2347c6235b4d2611184",
          versionId: "IYV3p",
          sequencer: "617f08299329d189",
        },
      },
    })),
  };
}

/** S3, once, when the notification is set up. */
export const notificationTest = {
  Service: "Amazon S3",
  Event: "s3:TestEvent",
  Time: "2026-11-24T12:00:00.000Z",
  Bucket: bucket,
  RequestId: "5582815E1AEA5ADF",
  HostId: "8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR",
};

import fc from "fast-check";
import { expect, test } from "vitest";
import { awsServices, createSandbox } from "../../../sandbox/aws.ts";
import { VirtualClock } from "../../../sandbox/clock.ts";
import type { WireRequest } from "../../../sandbox/wire/message.ts";
import { misbehaved, operationsToTry, subjects } from "./roundtrip.ts";

test.each(subjects)("whatever is asked of $name, the answer is a result or one of AWS's errors", async (subject) => {
  const modelled = awsServices().find((service) => service.name === subject.name)?.operations ?? {};
  const operations = operationsToTry(subject).filter((operation) => Object.hasOwn(modelled, operation.name));
  expect(await misbehaved(subject, operations, 8)).toEqual([]);
});

const scope = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=AKID/20261124/eu-central-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;

const request: fc.Arbitrary<WireRequest> = fc
  .record({
    service: fc.constantFrom("s3", "ec2", "iam", "sts", "ssm", "nothing"),
    method: fc.constantFrom("GET", "PUT", "POST", "DELETE", "HEAD", "PATCH"),
    path: fc.constantFrom("/", "/acme", "/acme/", "/acme/k", "/acme/%zz", "//", "/acme//x", "/%00"),
    query: fc.dictionary(
      fc.constantFrom(
        "Action",
        "tagging",
        "lifecycle",
        "policy",
        "uploads",
        "uploadId",
        "partNumber",
        "list-type",
        "versionId",
        "max-keys",
        "delete",
      ),
      fc.constantFrom("", "1", "-1", "x", "2"),
    ),
    headers: fc.dictionary(
      fc.constantFrom(
        "x-amz-target",
        "content-encoding",
        "range",
        "if-match",
        "x-amz-copy-source",
        "x-amz-content-sha256",
        "content-type",
        "if-modified-since",
      ),
      fc.constantFrom(
        "",
        "x",
        "bytes=5-1",
        "aws-chunked",
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "AmazonSSM.GetParameter",
        "a/b",
        "%",
      ),
    ),
    body: fc.constantFrom(
      "",
      "{",
      "{}",
      "[]",
      "<a",
      "<a/>",
      "<Tagging><TagSet><Tag/></TagSet></Tagging>",
      "Action=CreateRole&Tags.x.Key=1",
      "Action=DescribeVpcs&Filter.1.Value=2",
      "zz\r\n",
      "5\r\nab",
    ),
  })
  .map(({ service, method, path, query, headers, body }) => ({
    method,
    path,
    query: new Map(Object.entries(query).map(([key, value]) => [key, [value]])),
    headers: { ...headers, authorization: scope(service), host: "127.0.0.1" },
    body: Buffer.from(body),
  }));

test("no request, however broken, gets anything but an answer", async () => {
  const sandbox = createSandbox({ clock: new VirtualClock() });
  await sandbox.handle({
    method: "PUT",
    path: "/acme",
    query: new Map(),
    headers: { authorization: scope("s3") },
    body: Buffer.from(
      "<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>",
    ),
  });
  await fc.assert(
    fc.asyncProperty(request, async (sent) => {
      const { status } = await sandbox.handle(sent);
      expect(status).toBeGreaterThanOrEqual(200);
      expect(status === 501 || status < 500).toBe(true);
    }),
    { numRuns: 3000 },
  );
});

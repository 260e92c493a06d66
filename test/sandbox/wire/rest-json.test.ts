import { expect, test } from "vitest";
import { VirtualClock } from "../../../sandbox/clock.ts";
import { Sandbox } from "../../../sandbox/sandbox.ts";
import type { Service } from "../../../sandbox/service.ts";
import { ServiceError } from "../../../sandbox/service-error.ts";

// A model as SDK clients export it, cut to what the protocol's rules are about.
const namespace = "com.example";
const Request$ = [
  3,
  namespace,
  "StartRequest",
  0,
  ["Name", "Mode", "DryRun", "Meta", "At", "Tags", "Renamed"],
  [
    [0, 1],
    [0, { httpHeader: "X-Mode" }],
    [2, { httpQuery: "dry" }],
    [128 | 0, { httpPrefixHeaders: "x-meta-" }],
    4,
    64 | 0,
    [0, { jsonName: "renamed-on-the-wire" }],
  ],
  1,
];
const Response$ = [
  3,
  namespace,
  "StartResponse",
  0,
  ["Status", "Etag", "At", "Blob"],
  [[1, 32], [0, { httpHeader: "ETag" }], 4, 21],
];
const Start$ = [9, namespace, "Start", { http: ["POST", "/jobs/{Name}/start", 202] }, () => Request$, () => Response$];

function jobs(run: (input: Record<string, unknown>) => object): Sandbox {
  const service: Service = {
    name: "jobs",
    protocol: "restJson1",
    client: { Start$ },
    state: { name: "jobs", initial: () => ({}) },
    operations: { Start: run as Service["operations"][string] },
    throttle: { code: "TooManyRequestsException", status: 429 },
  };
  return new Sandbox({ services: [service], clock: new VirtualClock() });
}

const request = {
  method: "POST",
  path: "/jobs/a%20b/start",
  query: new Map([["dry", ["true"]]]),
  headers: {
    authorization: "AWS4-HMAC-SHA256 Credential=AKID/20261124/eu-central-1/jobs/aws4_request, Signature=0",
    "x-mode": "fast",
    "x-meta-one": "1",
  },
  body: Buffer.from('{"At": 1000.5, "Tags": ["x"], "renamed-on-the-wire": "r"}'),
};

test("REST-JSON: path, query, headers and body make one input, and one output makes headers and body", async () => {
  let seen: unknown;
  const sandbox = jobs((input) => {
    seen = { ...input };
    return { Etag: "e", At: new Date(2000), Blob: Buffer.from("hi") };
  });
  const { status, headers, body } = await sandbox.handle(request);
  expect(seen).toEqual({
    Name: "a b",
    Mode: "fast",
    DryRun: true,
    Meta: { one: "1" },
    At: new Date(1_000_500),
    Tags: ["x"],
    Renamed: "r",
  });
  expect(status).toBe(202);
  expect(headers["etag"]).toBe("e");
  expect(JSON.parse(Buffer.from(body).toString())).toEqual({ At: 2, Blob: "aGk=" });
});

test("REST-JSON: an error has its code in a header and its message in the body", async () => {
  const sandbox = jobs(() => {
    throw new ServiceError("ResourceNotFoundException", "no such job", { status: 404 });
  });
  const { status, headers, body } = await sandbox.handle(request);
  expect([status, headers["x-amzn-errortype"]]).toEqual([404, "ResourceNotFoundException"]);
  expect(JSON.parse(Buffer.from(body).toString())).toEqual({ message: "no such job" });
});

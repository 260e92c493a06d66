import { expect, test } from "vitest";
import { parseFleet } from "../../shared/desired/fleet.ts";
import { problemJson, problemsText, problemText } from "../../shared/desired/problem-text.ts";
import { brief, problemsOf, sample, small } from "./sample.ts";

function textOf(text: string): string {
  return problemsText(problemsOf(text));
}

test("a problem names file, line, column and path, what was expected and what stands there, and shows the line", () => {
  expect(textOf(sample("minimal").replace("203.0.113.0/24", "203.0.113.7/24"))).toBe(
    `fleet.yaml:14:20: spec.network.allowedCidrs[0]: not valid (expected 203.0.113.0/24 (host bits are set; one address would be 203.0.113.7/32), got "203.0.113.7/24")
   14 |     allowedCidrs: [203.0.113.7/24]
      |                    ^^^^^^^^^^^^^^

1 error`,
  );
});

test("an unknown key is shown with the one that was probably meant", () => {
  expect(textOf(sample("minimal").replace("  region:", "  regoin:"))).toContain(
    `fleet.yaml:9:3: spec.regoin: unknown key (expected one of mode, region, accountId, tags, suspend, iam, network, cache, host, runners, garbageCollection, maintenance, notifications)
    9 |   regoin: eu-central-1
      |   ^^^^^^
      = Did you mean region?`,
  );
});

for (const [written, meant] of [
  ["allowed_cidrs", "allowedCidrs"],
  ["AllowedCIDRs", "allowedCidrs"],
  ["alowedCidrs", "allowedCidrs"],
  ["vpcid", "vpcId"],
  ["vpc", "vpcId"],
  ["machineSubnets", "machineSubnetIds"],
] as const) {
  test(`${written} suggests ${meant}`, () => {
    const [problem] = problemsOf(small({ network: `{ ${written}: x }` }));
    const unknown = problemsOf(small({ network: `{ ${written}: x }` })).find(
      ({ message }) => message === "unknown key",
    );
    expect(problem).toBeDefined();
    expect(unknown?.hint).toBe(`Did you mean ${meant}?`);
  });
}

test("a key in the wrong section is sent to the right one", () => {
  const [problem] = problemsOf(small({ externalUrl: "https://a" }));
  expect(problem).toMatchObject({ message: "unknown key", hint: "It belongs under spec.host." });
});

test("every problem comes at once, in the order of the file, those that only two fields together make included", () => {
  const text = small({
    mode: "enforce",
    network:
      "{ vpcId: vpc-1, hostSubnetId: subnet-0aaaaaaaaaaaaaaa1, machineSubnetIds: [], allowedCidrs: [10.0.0.0/33] }",
    cache: "{ bucket: Acme, expiry: { days: 0 } }",
    iam: "{ hostRole: { name: same }, machineRole: { name: Same } }",
    zzz: "1",
  });
  expect(brief(problemsOf(text))).toEqual([
    "spec.mode: not valid",
    "spec.network.vpcId: not valid",
    "spec.network.machineSubnetIds: not valid",
    "spec.network.allowedCidrs[0]: not valid",
    "spec.cache.bucket: not valid",
    "spec.cache.expiry.days: not valid",
    "spec.iam.machineRole.name: the same name as the host's role",
    "spec.zzz: unknown key",
  ]);
});

test("a missing key is shown at its section, with what it is and an example", () => {
  expect(textOf(sample("minimal").replace(/ {4}vpcId.*\n/, ""))).toContain(
    `fleet.yaml:10:3: spec.network.vpcId: missing (expected an id such as vpc-0a1b2c3d4e5f60718 (8 or 17 hexadecimal digits))
   10 |   network:
      |   ^^^^^^^
      = The VPC that host and machines live in. It must exist; Fleetkeeper doesn't make or change it. For example: vpcId: vpc-0a1b2c3d4e5f60718`,
  );
});

for (const [what, section, hint] of [
  [
    "a number in quotes with its unit",
    { cache: '{ bucket: acme-cache, expiry: { days: "14 days" } }' },
    "Write 14, without quotes or unit: the unit is days.",
  ],
  [
    "a duration without its unit",
    { garbageCollection: "{ gracePeriod: 15 }" },
    "Write it with its unit: 15s, 15m, 15h or 15d.",
  ],
  ["an account id without quotes", { accountId: "123456789012" }, "Put it in quotes, or YAML reads it as a number."],
  [
    "yes for true",
    { cache: "{ bucket: acme-cache, adopt: yes }" },
    "Write true or false, without quotes: in YAML 1.2 yes, no, on and off are text.",
  ],
  ["a value in the wrong case", { mode: "enforce" }, "Did you mean Enforce?"],
] as const) {
  test(`${what} is answered with how to write it`, () => {
    expect(problemsOf(small(section))).toMatchObject([{ hint }]);
  });
}

for (const [what, section, path, expected] of [
  ["a grace period below 15 minutes", { garbageCollection: "{ gracePeriod: 5m }" }, "gracePeriod", "at least 15m"],
  [
    "a unit that durations don't have",
    { garbageCollection: "{ gracePeriod: 2w }" },
    "gracePeriod",
    "a duration with its unit, such as 90s, 15m, 1h30m or 7d",
  ],
  [
    "a time zone that doesn't exist",
    { maintenance: "{ timeZone: Europe/Berln }" },
    "timeZone",
    "a time zone of the IANA database, such as Europe/Berlin or UTC",
  ],
  [
    "an offset for a time zone",
    { maintenance: '{ timeZone: "+02:00" }' },
    "timeZone",
    "a time zone of the IANA database, such as Europe/Berlin or UTC",
  ],
  [
    "a prefix without its slash",
    { cache: "{ bucket: acme-cache, prefix: runner }" },
    "prefix",
    'a prefix that ends with "/" and doesn\'t start with one, such as runner/',
  ],
  ["zero days", { cache: "{ bucket: acme-cache, expiry: { days: 0 } }" }, "days", "a whole number from 1 to 3650"],
  ["an availability zone for a region", { region: "eu-central-1a" }, "region", "a region such as eu-central-1"],
  [
    "suspending without an end",
    { suspend: "{ reason: moving }" },
    "until",
    "a time with its offset, such as 2026-12-01T06:00:00Z",
  ],
  [
    "a day that no calendar has",
    { suspend: "{ until: 2026-13-41T06:00:00Z, reason: x }" },
    "until",
    "a date and time that exist",
  ],
] as const) {
  test(`${what} is refused`, () => {
    const problem = problemsOf(small(section)).find((one) => one.path.at(-1) === path);
    expect(problem).toMatchObject({ severity: "error", expected });
  });
}

for (const bucket of [
  "ab",
  "Acme",
  "acme_cache",
  "-acme",
  "acme-",
  "a..b",
  "192.168.5.4",
  "xn--acme",
  "acme-s3alias",
  "a".repeat(64),
]) {
  test(`${bucket} is not a bucket's name`, () => {
    expect(brief(problemsOf(small({ cache: `{ bucket: "${bucket}" }` })))).toEqual(["spec.cache.bucket: not valid"]);
  });
}

for (const [name, right] of [
  ["acme", true],
  ["a1", true],
  ["acme-prod-2", true],
  ["a", false],
  ["1acme", false],
  ["acme-", false],
  ["ac--me", false],
  ["Acme", false],
  ["a".repeat(31), true],
  ["a".repeat(32), false],
] as const) {
  test(`${name} is ${right ? "" : "not "}a fleet's name`, () => {
    expect(parseFleet(small().replace("name: acme", `name: ${name}`), "x").ok).toBe(right);
  });
}

for (const [key, right] of [
  ["alias/acme", true],
  ["arn:aws:kms:eu-central-1:123456789012:alias/acme", true],
  ["arn:aws:kms:eu-central-1:123456789012:key/12345678-1234-1234-1234-123456789012", true],
  ["12345678-1234-1234-1234-123456789012", true],
  ["mrk-1234567890abcdef1234567890abcdef", true],
  ["acme", false],
  ["alias/", false],
  ["arn:aws:kms:eu-central-1:123456789012:acme", false],
] as const) {
  test(`${key} is ${right ? "" : "not "}a KMS key`, () => {
    const text = small({ cache: `{ bucket: acme-cache, encryption: { type: SSE-KMS, key: "${key}" } }` });
    expect(parseFleet(text, "x").ok).toBe(right);
  });
}

test("a choice between shapes is judged by the shape that was meant", () => {
  expect(brief(problemsOf(small({ cache: "{ bucket: acme-cache, encryption: { type: SSE-KMS } }" })))).toEqual([
    "spec.cache.encryption.key: missing",
  ]);
  const [problem] = problemsOf(small({ cache: "{ bucket: acme-cache, encryption: { type: KMS } }" }));
  expect(problem).toMatchObject({ expected: "one of SSE-S3, SSE-KMS", got: '"KMS"' });
});

test("control characters of a file don't reach the terminal", () => {
  const text = problemText(problemsOf(small({ mode: '"\\e[2J"', "\u001b[31m": "1" }))[0] ?? expect.fail());
  expect(text).not.toMatch(/(?!\n)\p{Cc}/u);
});

test("as JSON a problem has path, place, expectation and severity", () => {
  expect(problemsOf(small({ mode: "enforce" })).map(problemJson)).toEqual([
    {
      file: "fleet.yaml",
      line: 5,
      column: 9,
      length: 7,
      severity: "error",
      path: "spec.mode",
      message: "not valid",
      expected: "one of Observe, Enforce",
      got: '"enforce"',
      hint: "Did you mean Enforce?",
    },
  ]);
});

test("a long line is shown around the place", () => {
  const problem = problemsOf(
    small({ tags: `{ ${Array.from({ length: 39 }, (_, i) => `tag-number-${i}: v`).join(", ")}, "bad!": x }` }),
  )[0];
  expect(problem?.source.length).toBeLessThanOrEqual(160);
  expect(problem?.source.slice(problem.caret, problem.caret + problem.length)).toContain("bad!");
});

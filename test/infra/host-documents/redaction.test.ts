import { parse } from "smol-toml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prepareVolumeRequest } from "../../../shared/resources/common/host-request.ts";
import { digestIn } from "../../../shared/resources/runner/disclosure.ts";
import { HostWorld } from "../../harness/host-world.ts";
import { noHosts } from "../../harness/hosts-here.ts";

const config = `concurrent = 30 # a comment with glrt-comment
check_interval = 3
log_level = "info"
sentry_dsn = "https://key:word@sentry.example.com/1"

[session_server]
  session_timeout = 1800

[[runners]]
  name = "build # not a comment"
  url = "https://gitlab.example.com"
  id = 7
  token = "glrt-secret-token"
  executor = "docker+machine"
  environment = ["A=secret-one", "B=secret-two"]
  pre_build_script = """
echo secret-script # with "quotes"
[runners.fake]
"""
  unknown_key = 'secret-unknown'
  [runners.docker]
    image = "alpine:3.22"
    volumes = [
      "/cache", # one
      "/certs/client",
    ]
  [runners.feature_flags]
    FF_X = true
  [runners.cache.s3]
    BucketName = "acme"
    SecretKey = "secret-key"
  [runners.machine]
    IdleCount = 2
    MachineOptions = ["amazonec2-region=eu-central-1", "amazonec2-spot-price="]
  [runners.kubernetes]
    bearer_token = "secret-bearer"
[[runners]]
  token = 'glrt-secret-token'
  [runners.machine]
    MachineOptions = ["amazonec2-region=eu-central-1", "amazonec2-secret-key=secret-option"]
`;

describe.skipIf(noHosts !== undefined)("config.toml in the facts", () => {
  let world: HostWorld;
  const path = "/srv/fleetkeeper/runner/config.toml";
  beforeAll(async () => {
    world = await HostWorld.open();
    await world.done(prepareVolumeRequest(world.volumeId));
  });
  afterAll(() => world.close());

  const redacted = async (text: string) => {
    (await world.host()).files.write(path, text);
    return (await world.facts()).runner;
  };

  it("shows the keys that hold no secrets, and keyed digests of all others", async () => {
    const told = await redacted(config);
    expect(told?.redacted).not.toMatch(/secret-(?!key=@@)|glrt-|key:word/);
    const read = parse(told?.redacted ?? "");
    expect(read).toMatchObject({
      concurrent: 30,
      log_level: "info",
      session_server: { session_timeout: 1800 },
      runners: [
        {
          name: "build # not a comment",
          id: 7,
          executor: "docker+machine",
          docker: { image: "alpine:3.22", volumes: ["/cache", "/certs/client"] },
          feature_flags: { FF_X: true },
          cache: { s3: { BucketName: "acme" } },
          machine: { IdleCount: 2, MachineOptions: ["amazonec2-region=eu-central-1", "amazonec2-spot-price="] },
        },
        {
          machine: {
            MachineOptions: ["amazonec2-region=eu-central-1", expect.stringMatching(/^amazonec2-secret-key=@@/)],
          },
        },
      ],
    });
    const [first, second] = read["runners"] as readonly Readonly<Record<string, unknown>>[];
    const digest = digestIn(String(first?.["token"]));
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(digestIn(String(second?.["token"]))).toBe(digest);
    for (const key of ["environment", "pre_build_script", "unknown_key"]) {
      expect(digestIn(String(first?.[key])), key).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  it("keeps digests the same over commands, and another host's are others", async () => {
    const first = await redacted(config);
    expect((await redacted(config))?.redacted).toBe(first?.redacted);
    expect((await redacted(config.replace("glrt-secret-token", "glrt-other")))?.redacted).not.toBe(first?.redacted);
  });

  it.each([
    ["a string without end", 'token = "glrt-secret'],
    ["a list without end", "environment = [1, 2"],
    ["no TOML at all", "<xml>glrt-secret</xml>"],
    ["a header that isn't one", "[runners\ntoken = 1"],
  ])("tells nothing of a file that is %s", async (_what, text) => {
    const told = await redacted(text);
    expect(told?.exists).toBe(true);
    expect(told?.redacted).toBeNull();
  });
});

import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { PutParameterCommand } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { probeIsolation } from "../../../sandbox/hosts/isolation.ts";
import type { HostOutcome } from "../../../sandbox/services/ssm/host-runner.ts";
import { HostWorld } from "../../harness/host-world.ts";

const scratch = mkdtempSync(join(tmpdir(), "probe-"));
const modes = (["bubblewrap", "unshare"] as const).filter((mode) => probeIsolation(scratch, mode).mode === mode);
rmSync(scratch, { recursive: true });

function step(script: string, world: HostWorld, timeoutSeconds = 60) {
  return { commandId: "c", instanceId: world.instanceId, name: "run", script, environment: {}, timeoutSeconds };
}

function printed(outcome: HostOutcome): string {
  return outcome.kind === "exited" ? outcome.stdout + outcome.stderr : outcome.kind;
}

describe.each(modes)("a host kept apart by %s", (mode) => {
  let world: HostWorld;
  const run = (script: string) => world.hosts.run(step(script, world), new AbortController().signal);
  beforeAll(async () => {
    world = await HostWorld.open({ mode });
  });
  afterAll(() => world.close());

  it("is root of its own, and sees neither this machine's files nor its network or processes", async () => {
    const secret = join(tmpdir(), "fleetkeeper-isolation-probe");
    writeFileSync(secret, "outside");
    const outcome = await run(
      `id -u; cat ${secret}; ls -A ${homedir()} /home; cat /etc/shadow; ls /proc | grep -c '^[0-9]'; /usr/bin/curl -s --max-time 2 http://127.0.0.1:22; echo "curl $?"; touch /usr/x; touch /etc/mine && echo wrote`,
    );
    rmSync(secret);
    const text = printed(outcome);
    expect(text).toMatch(/^0\n/);
    expect(text).not.toContain("outside");
    expect(text).toMatch(/curl 7/);
    expect(text).toContain("Read-only file system");
    expect(text).toContain("wrote");
    expect(Number(/^(\d+)$/m.exec(text.slice(2))?.[1])).toBeLessThan(12);
  });

  it("keeps its files from one command to the next", async () => {
    await run("echo kept >/opt/kept");
    expect(printed(await run("cat /opt/kept"))).toBe("kept\n");
  });

  it("answers a whole facts document", async () => {
    expect((await world.facts()).os.id).toBe("amzn");
  });

  it("is the role of its instance for the AWS CLI, and says what it doesn't know", async () => {
    const text = printed(await run("aws ssm get-parameter --name /none; aws ec2 terminate-instances; docker ps"));
    expect(text).toContain("ParameterNotFound");
    expect(text).toContain("the sandbox doesn't know aws ec2 terminate-instances");
    expect(text).toMatch(/docker: (command )?not found/);
  });

  it("answers every one of many calls at once, each with its own", async () => {
    const script =
      'for n in {1..60}; do { aws "none" "$n" 2>&1 | grep -q "know aws none $n$" && echo "$n"; } & done; wait';
    const told = printed(await run(`#!/usr/bin/bash\n${script}`));
    expect(
      told
        .trim()
        .split("\n")
        .map(Number)
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  });

  it("hands text, bytes and standard input over as they are, and answers nobody for a call that was killed", async () => {
    const text = "a\\ %s `b` $c\t'd' \"e\"\n\n";
    const bytes = Uint8Array.from([0, 255, 10, 0, 13, 10]);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const s3 = new S3Client({ ...world.settings(), forcePathStyle: true });
    const CreateBucketConfiguration = { LocationConstraint: "eu-central-1" } as const;
    await s3.send(new CreateBucketCommand({ Bucket: `bytes-${mode}`, CreateBucketConfiguration }));
    await s3.send(new PutObjectCommand({ Bucket: `bytes-${mode}`, Key: "it", Body: bytes }));
    await world.ssm.send(new PutParameterCommand({ Name: "/text", Value: text, Type: "String", Overwrite: true }));
    const script = `#!/usr/bin/bash
      for n in {1..20}; do timeout -s KILL 0.0$n aws none gone; done 2>/dev/null
      aws ssm get-parameter --name /text --query Parameter.Value
      aws s3api get-object --bucket bytes-${mode} --key it /tmp/bytes
      /usr/bin/sha256sum </tmp/bytes
      printf 'url = "https://gitlab.example.com/none"\\nwrite-out = "%%{http_code}"' | curl --config -`;
    expect(printed(await run(script))).toBe(
      `${text}\n${sha256}  -\n{"error":"The sandbox's GitLab doesn't model GET /none"}501`,
    );
  });

  it("ends a script that takes too long, and one that is cancelled, with all that it started", async () => {
    const { signal } = new AbortController();
    expect(await world.hosts.run(step("/usr/bin/sleep 60 & /usr/bin/sleep 60", world, 0.3), signal)).toMatchObject({
      kind: "timed-out",
    });
    const cancelling = new AbortController();
    const running = world.hosts.run(step("/usr/bin/sleep 60", world), cancelling.signal);
    setTimeout(() => cancelling.abort(), 200);
    expect(await running).toMatchObject({ kind: "cancelled" });
  });
});

describe("a machine on which nothing keeps scripts apart", () => {
  it("records commands, runs none, and says so", async () => {
    const world = await HostWorld.open({ mode: "record" });
    expect(world.hosts.isolation.message).toContain("recorded, not executed");
    await expect(world.facts()).rejects.toThrow("recorded, not executed");
    await world.close();
  });
});

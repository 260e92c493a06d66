import { DeleteParameterCommand, PutParameterCommand } from "@aws-sdk/client-ssm";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  fileDigest,
  type HostFile,
  prepareVolumeRequest,
  secretMark,
  writeFilesRequest,
} from "../../../shared/resources/common/host-request.ts";
import { HostWorld } from "../../harness/host-world.ts";
import { noHosts } from "../../harness/hosts-here.ts";

const secret = "hunter2'\"\\$(touch /tmp/executed)`id`\n&# { { x } } #{1+1} ä☃";
const parameter = "/fleetkeeper/acme/secrets/smtp-password";

/** What a shell, YAML, TOML, Ruby, awk, sed or SSM could take for its own. */
const dangerous = [
  "$(touch /tmp/executed)",
  "`touch /tmp/executed`",
  "'; touch /tmp/executed; '",
  '"; touch /tmp/executed; "',
  `\${IFS}`,
  "$0",
  "\\",
  "\\n",
  "\n",
  "\r\n",
  "\t",
  "#{`touch /tmp/executed`}",
  "{{ Nonce }}",
  "{{ssm:/x}}",
  "!!python/object",
  "&anchor *alias",
  "key: [value",
  '"""',
  "'''",
  "EOF\n",
  "%s%n",
  "-",
  "--",
  "@@fleetkeeper-secret:nothing",
  "\u0001\u001b[31m",
  "ä☃🦊",
  " ",
];

describe.skipIf(noHosts !== undefined)("write-files", () => {
  let world: HostWorld;
  const file = (name: string, content: string, mode = "0644"): HostFile => ({
    path: `/etc/fleetkeeper/${name}`,
    content,
    mode,
  });
  const text = async (name: string) => (await world.host()).files.text(`/etc/fleetkeeper/${name}`);

  beforeAll(async () => {
    world = await HostWorld.open();
    await world.ssm.send(new PutParameterCommand({ Name: parameter, Value: secret, Type: "SecureString" }));
  });
  afterAll(() => world.close());

  it("delivers any text byte for byte and executes nothing of it", async () => {
    const content = fc
      .array(fc.oneof(fc.constantFrom(...dangerous), fc.string({ unit: "grapheme" })))
      .map((parts) => parts.join("").replaceAll("\0", ""));
    const contents = fc.sample(content, 15);
    await world.done(writeFilesRequest(contents.map((one, index) => file(`fuzz/${index}`, one))));
    for (const [index, one] of contents.entries()) expect(await text(`fuzz/${index}`), JSON.stringify(one)).toBe(one);
    const facts = await world.facts(contents.map((_, index) => `/etc/fleetkeeper/fuzz/${index}`));
    expect(facts.files.map(({ sha256, intact }) => ({ sha256, intact }))).toEqual(
      contents.map((one) => ({ sha256: fileDigest(one), intact: true })),
    );
    expect((await world.host()).files.exists("/tmp/executed")).toBe(false);
  });

  it("refuses paths outside of its directories and links to elsewhere, and writes nothing then", async () => {
    for (const path of [
      "/etc/passwd",
      "/etc/fleetkeeper/../passwd",
      "/etc/fleetkeeper/a//b",
      "/srv/fleetkeeper/x/",
      "/etc/fleetkeeper/a\nb",
    ]) {
      const answer = await world.send(writeFilesRequest([file("innocent", "x"), { path, content: "x", mode: "0644" }]));
      expect(answer, path).toMatchObject({ outcome: { state: "failed", code: "BadPath" } });
    }
    expect(await text("innocent")).toBeUndefined();
  });

  it("writes nothing below the data volume's mount point while it isn't mounted", async () => {
    const below = { path: "/srv/fleetkeeper/stack/x", content: "x", mode: "0644" };
    expect(await world.send(writeFilesRequest([below]))).toMatchObject({ outcome: { code: "VolumeNotMounted" } });
    await world.done(prepareVolumeRequest(world.volumeId));
    expect(await world.done(writeFilesRequest([below]))).toMatchObject({ files: [{ changed: true }] });
  });

  it("puts back what was edited, deleted, cut or given other rights, and keeps what was there", async () => {
    const wanted = file("drift", "as it should be\n");
    await world.done(writeFilesRequest([wanted]));
    const { files, root } = await world.host();
    const { chmodSync, rmSync } = await import("node:fs");
    const real = `${root}/etc/fleetkeeper/drift`;
    const harm: readonly (() => void)[] = [
      () => files.write(wanted.path, "edited by hand\n", 0o644),
      () => rmSync(real),
      () => files.write(wanted.path, ""),
      () => chmodSync(real, 0o666),
    ];
    for (const [index, hurt] of harm.entries()) {
      hurt();
      const [before] = (await world.facts([wanted.path])).files;
      expect(before?.intact === true && before.mode === "0644", `harm ${index}`).toBe(false);
      expect(await world.done(writeFilesRequest([wanted]))).toMatchObject({ files: [{ changed: true }] });
      const [after] = (await world.facts([wanted.path])).files;
      expect(after).toMatchObject({ intact: true, mode: "0644", written: fileDigest(wanted.content) });
      if (index === 0) expect(after?.previous[0]).toBe(fileDigest("edited by hand\n"));
    }
  });

  it("keeps five previous versions, newest first", async () => {
    const versions = Array.from({ length: 7 }, (_, index) => `version ${index}\n`);
    for (const version of versions) await world.done(writeFilesRequest([file("versions", version)]));
    const [facts] = (await world.facts(["/etc/fleetkeeper/versions"])).files;
    expect(facts?.previous).toEqual([5, 4, 3, 2, 1].map((index) => fileDigest(`version ${index}\n`)));
  });

  it("fills in secrets in the file alone: not in facts, output, log or the calls it makes", async () => {
    const content = `raw=${secretMark(parameter, "raw")}\njson=${secretMark(parameter, "json")}\nruby=${secretMark(parameter, "ruby")}\nbase64=${secretMark(parameter, "base64")}\n`;
    const withSecret = file("secret", content, "0600");
    const answer = await world.send(writeFilesRequest([withSecret]));
    expect(answer).toMatchObject({ outcome: { state: "done", result: { files: [{ changed: true }] } } });
    const ruby = `'${secret.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
    expect(await text("secret")).toBe(
      `raw=${secret}\njson=${JSON.stringify(secret)}\nruby=${ruby}\nbase64=${Buffer.from(secret).toString("base64")}\n`,
    );
    const facts = await world.facts([withSecret.path]);
    expect(facts.files[0]).toMatchObject({ written: fileDigest(content), intact: true, sha256: null, mode: "0600" });
    const { files } = await world.host();
    const told = [
      answer.stdout,
      answer.stderr,
      JSON.stringify(facts),
      files.text("/var/log/fleetkeeper/write-files.log"),
    ];
    for (const one of [...told, JSON.stringify(world.record().calls)]) {
      expect(one).not.toContain("hunter2");
      expect(one).not.toContain(Buffer.from(secret).toString("base64"));
    }
    expect(files.exists("/tmp/executed")).toBe(false);
  });

  it("writes a secret anew once it has been changed, and nothing while it hasn't", async () => {
    const Name = `${parameter}-rotated`;
    await world.ssm.send(new PutParameterCommand({ Name, Value: "old", Type: "SecureString" }));
    const withSecret = file("rotated", secretMark(Name, "raw"), "0600");
    await world.done(writeFilesRequest([withSecret]));
    expect(await world.done(writeFilesRequest([withSecret]))).toMatchObject({ files: [{ changed: false }] });
    const changed = { Name, Value: "new", Type: "SecureString", Overwrite: true } as const;
    await world.ssm.send(new PutParameterCommand(changed));
    expect(await world.done(writeFilesRequest([withSecret]))).toMatchObject({ files: [{ changed: true }] });
    expect(await text("rotated")).toBe("new");
  });

  it("lets facts tell which version of a secret a file holds, and which there is by now", async () => {
    const Name = `${parameter}-versions`;
    const put = (Value: string) =>
      world.ssm.send(new PutParameterCommand({ Name, Value, Type: "SecureString", Overwrite: true }));
    const secrets = async () => {
      const { files } = await world.facts(["/etc/fleetkeeper/holds", "/etc/fleetkeeper/names"]);
      return files.map((one) => one.secrets);
    };
    await put("first, with\ta tab");
    const holds = file("holds", `${secretMark(Name, "raw")} ${secretMark(Name, "base64")}`, "0600");
    // A number gives nothing away, so anybody may read it.
    const names = file("names", `version ${secretMark(Name, "version")}`, "0644");
    await world.done(writeFilesRequest([holds, names]));
    expect(await text("holds")).toMatch(/^first, with\ta tab /);
    expect(await text("names")).toBe("version 1");
    expect(await secrets()).toEqual(Array(2).fill([{ parameter: Name, written: 1, current: 1 }]));
    await put("second");
    expect(await secrets()).toEqual(Array(2).fill([{ parameter: Name, written: 1, current: 2 }]));
    await world.done(writeFilesRequest([holds, names]));
    expect(await text("names")).toBe("version 2");
    expect(await secrets()).toEqual(Array(2).fill([{ parameter: Name, written: 2, current: 2 }]));
    await world.ssm.send(new DeleteParameterCommand({ Name }));
    expect(await secrets()).toEqual(Array(2).fill([{ parameter: Name, written: 2, current: null }]));
  });

  it("refuses secrets in files that others may read, and stops where one can't be had", async () => {
    const open = file("open", secretMark(parameter, "raw"), "0644");
    expect(await world.send(writeFilesRequest([open]))).toMatchObject({ outcome: { code: "SecretsInPublicFile" } });
    const missing = file("missing", secretMark("/fleetkeeper/acme/secrets/none", "raw"), "0600");
    expect(await world.send(writeFilesRequest([missing]))).toMatchObject({ outcome: { code: "SecretUnavailable" } });
    expect(await text("missing")).toBeUndefined();
  });
});

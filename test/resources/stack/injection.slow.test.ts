import { existsSync, readdirSync } from "node:fs";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import type { Json } from "../../../shared/engine/json.ts";
import { stackPaths } from "../../../shared/resources/common/stack-files.ts";
import { parseToml } from "../../../shared/resources/runner/toml.ts";
import { sampleFile } from "../../harness/fleet-world.ts";
import { HostFleet, planted } from "../../harness/host-fleet.ts";
import { filesOf, mapTexts } from "../../harness/host-readings.ts";
import { canary, hostile, hostileText, reservedTexts } from "../../harness/hostile-text.ts";
import { fleetOf, Injection } from "../../harness/injection.ts";
import { readSettings } from "../../harness/ruby-reader.ts";
import { textFields } from "../../harness/text-fields.ts";

function textsOf(value: Json): readonly string[] {
  const texts: string[] = [];
  mapTexts(value, (text) => {
    texts.push(text);
    return text;
  });
  return texts;
}

let injection: Injection;
beforeAll(async () => {
  injection = await Injection.open();
});

it("any text in any place is refused, or reaches its program byte for byte", () => {
  fc.assert(
    fc.property(fc.nat(), hostileText, (index, text) => {
      const field = injection.fields[index % injection.fields.length];
      if (field !== undefined) injection.judge(field, text);
    }),
    { numRuns: 1000 },
  );
});

it("no text of the file can be a mark that the host puts a secret in the place of", () => {
  for (const field of injection.fields) {
    for (const text of reservedTexts) expect(injection.judge(field, text), field.path).toBe("refused");
  }
});

describe("a host whose file is full of metacharacters wherever it may be", { shuffle: false }, () => {
  let document: Json;
  let texts: readonly string[];
  let fleet: HostFleet;

  beforeAll(async () => {
    document = parse(await sampleFile("acme")) as Json;
    const filled: string[] = [];
    const free = injection.fields.filter((field) => injection.judge(field, hostile) === "arrives");
    expect(free.length).toBeGreaterThan(50);
    for (const { path } of free) {
      const text = `${hostile}${filled.length}`;
      const next = textFields(document)
        .find((field) => field.path === path)
        ?.with(text);
      if (next === undefined || fleetOf(next) === undefined) continue;
      document = next;
      filled.push(text);
    }
    // Some stand where a later one took all of the section.
    const kept = textsOf(document);
    texts = filled.filter((text) => kept.includes(text));
    fleet = await HostFleet.open(true, () => stringify(document));
    await fleet.settle(20);
  });
  afterAll(() => fleet.close());

  it("gets every file byte for byte, with nothing but the secrets filled in", async () => {
    expect(texts.length).toBeGreaterThan(40);
    const desired = fleetOf(document);
    if (desired === undefined) expect.fail("the file is not valid");
    const { files } = (await fleet.host()).files;
    for (const { path, content } of filesOf(desired)) {
      const filled = content.replaceAll(
        /@@fleetkeeper-secret:(raw|ruby|version):\/fleetkeeper\/acme\/secrets\/([a-z-]+)@@/g,
        (_, encoding, name) => {
          if (encoding === "version") return "1";
          return encoding === "ruby" ? `'${planted(name)}'` : planted(name);
        },
      );
      expect(files.text(path), path).toBe(filled);
    }
  });

  it("has them all in the settings of GitLab and of the runner", async () => {
    const { files } = (await fleet.host()).files;
    const config = textsOf(parseToml(files.text("/srv/fleetkeeper/runner/config.toml") ?? "") as Json);
    const settings = textsOf(readSettings(files.text(stackPaths.omnibus) ?? ""));
    expect(settings.filter((text) => text.includes(hostile)).length).toBeGreaterThan(0);
    const missing = texts.filter((text) => ![...config, ...settings].some((one) => one.includes(text)));
    // Attributes of the registration are GitLab's.
    expect(missing.length).toBeLessThan(3);
  });

  it("has executed none of them", async () => {
    const { files, record } = await fleet.host();
    expect(existsSync(canary)).toBe(false);
    const found = readdirSync(files.root, { recursive: true, encoding: "utf8" }).filter((path) => /canary/.test(path));
    expect(found).toEqual([]);
    expect(record.calls.filter(({ program }) => /touch|canary/.test(program))).toEqual([]);
  });
});

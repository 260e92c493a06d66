import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  machineNameOf,
  machineNamePattern,
  managerAdopts,
  parseMachineName,
  shortToken,
  shortTokenInNames,
} from "../../../shared/resources/common/machine-name.ts";

describe("the short token", () => {
  it.each([
    ["short", "short"],
    ["averylongone", "averylong"],
    ["glrt-t9Wkyj-HGRkqQ-VWTGAr", "t9Wkyj-HG"],
    ["glrt-t1_t9Wkyj-HGRkqQ-VWTGAr", "t9Wkyj-HG"],
    ["t3_t9Wkyj-HGRkqQ-VWTGAr", "t9Wkyj-HG"],
    ["t4_t9Wkyj-HGRkqQ-VWTGAr", "t4_t9Wkyj"],
    ["glrtr-t1_t9Wkyj-HGRkqQ", "t1_t9Wkyj"],
    ["GR1348941Z196cJVywzZpx_Ki_Cn2", "Z196cJVyw"],
    ["GR134894-196cJVywzZpx", "GR134894-"],
  ])("of %s is %s, as the runner shortens it", (token, short) => {
    expect(shortToken(token)).toBe(short);
  });

  it("appears in names in lower case without underscores or a leading hyphen", () => {
    expect(shortTokenInNames("t9Wkyj-HG")).toBe("t9wkyj-hg");
    expect(shortTokenInNames("-_aB_c?9--")).toBe("abc9--");
  });
});

describe("machine names", () => {
  const pattern = { prefix: "runner-t9wkyj-hg-acme-build-", suffix: "" };

  it("have the section's prefix, the time and eight hexadecimal digits", () => {
    expect(machineNamePattern("t9Wkyj-HG", "acme-build-%s")).toEqual(pattern);
    expect(machineNameOf(pattern, 1_700_000_000_999, "1a2b3c4d")).toBe(
      "runner-t9wkyj-hg-acme-build-1700000000-1a2b3c4d",
    );
  });

  it("have no pattern without exactly one %s", () => {
    expect(machineNamePattern("abc", "acme")).toBeUndefined();
    expect(machineNamePattern("abc", "%s-%s")).toBeUndefined();
  });

  it("parse to the time of their making, whatever template and token", () => {
    const text = fc.stringMatching(/^[a-z0-9-]{0,12}$/);
    fc.assert(
      fc.property(
        fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/),
        text,
        text,
        fc.integer({ min: 1, max: 4_000_000_000 }),
        fc.stringMatching(/^[0-9a-f]{8}$/),
        (token, before, after, seconds, random) => {
          const made = machineNamePattern(shortToken(token), `${before}%s${after}`);
          expect(made).toBeDefined();
          if (made === undefined) return;
          const name = machineNameOf(made, seconds * 1000, random);
          expect(parseMachineName(name, made)).toEqual({ createdAt: seconds * 1000, random });
          expect(managerAdopts(name, made)).toBe(true);
        },
      ),
    );
  });

  it.each([
    "runner-t9wkyj-hg-acme-build-eu-1700000000-1a2b3c4d",
    "runner-t9wkyj-hg-acme-build-1700000000-1a2b3c4",
    "runner-t9wkyj-hg-acme-build-1700000000-1A2B3C4D",
    "runner-t9wkyj-hg-acme-build-",
    "runner-other-acme-build-1700000000-1a2b3c4d",
  ])("%s isn't a machine of this section", (name) => {
    expect(parseMachineName(name, pattern)).toBeUndefined();
  });

  it("are adopted by the manager by prefix alone, so one section can swallow another's", () => {
    expect(managerAdopts("runner-t9wkyj-hg-acme-build-eu-1700000000-1a2b3c4d", pattern)).toBe(true);
    expect(managerAdopts("runner-other-acme-build-1700000000-1a2b3c4d", pattern)).toBe(false);
  });
});

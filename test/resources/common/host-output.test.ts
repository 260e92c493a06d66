import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commandParameters, payload } from "../../../shared/resources/common/host-command.ts";
import { parseHostOutput } from "../../../shared/resources/common/host-output.ts";
import { factsRequest, rootPasswordRequest } from "../../../shared/resources/common/host-request.ts";

const nonce = "0123456789abcdef0123456789abcdef";
const expected = { document: "facts", nonce, instanceId: "i-1" };

function printed(answer: object, options: { nonce?: string; packed?: boolean } = {}): string {
  const text = JSON.stringify(answer);
  const line = options.packed === true ? `gzip:${gzipSync(text).toString("base64")}` : text;
  const sha256 = createHash("sha256").update(line).digest("hex");
  return `${line}\n#fleetkeeper-end nonce=${options.nonce ?? nonce} bytes=${Buffer.byteLength(line)} sha256=${sha256}\n`;
}

const done = { document: "fleetkeeper-facts", instance: "i-1", state: "done", result: { clock: 1, name: "ä☃" } };

describe("a host's answer", () => {
  it("counts when everything agrees, packed or not", () => {
    const outcome = { state: "done", result: done.result };
    expect(parseHostOutput(printed(done), expected)).toEqual({ ok: true, outcome });
    expect(parseHostOutput(printed(done, { packed: true }), expected)).toEqual({ ok: true, outcome });
  });

  it.each([
    ["empty", ""],
    ["another command's", printed(done, { nonce: "f".repeat(32) })],
    ["another document's", printed({ ...done, document: "fleetkeeper-compose" })],
    ["another instance's", printed({ ...done, instance: "i-2" })],
    ["not alone", `noise\n${printed(done)}`],
    ["of an unknown state", printed({ ...done, state: "maybe" })],
    ["changed on the way", printed(done).replace('"clock":1', '"clock":2')],
  ])("is unknown when it is %s", (_what, stdout) => {
    expect(parseHostOutput(stdout, expected)).toMatchObject({ ok: false });
  });

  it("is unknown wherever it is cut", () => {
    const whole = printed(done);
    for (let length = 0; length < whole.length - 1; length += 1) {
      expect(parseHostOutput(whole.slice(0, length), expected).ok, `cut at ${length}`).toBe(false);
    }
  });

  it("tells a failure and a refusal from silence", () => {
    const failed = {
      document: "fleetkeeper-facts",
      instance: "i-1",
      state: "failed",
      code: "Busy",
      message: "is busy",
    };
    expect(parseHostOutput(printed(failed), expected)).toMatchObject({ ok: true, outcome: { code: "Busy" } });
    const refused = { document: "fleetkeeper-facts", instance: "i-1", state: "refused", epoch: 9 };
    expect(parseHostOutput(printed(refused), expected)).toMatchObject({ ok: true, outcome: { epoch: 9 } });
  });
});

describe("a command's parameters", () => {
  const fence = { incarnation: "abc-1", epoch: 7 };

  it("mean nothing to a shell, whatever they carry", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" })), (fields) => {
        fc.pre(fields.every((text) => !text.includes("\0")));
        const values = commandParameters({ document: "compose", records: [["word", ...fields]] }, nonce, fence);
        expect(Object.values(values).flat().join("")).toMatch(/^[0-9A-Za-z+/=-]*$/);
      }),
    );
  });

  it("have a fence exactly where the document writes", () => {
    expect(Object.keys(commandParameters(factsRequest([]), nonce, undefined))).toEqual(["Nonce", "Payload"]);
    const writing = rootPasswordRequest("/fleetkeeper/acme/secrets/root-password");
    expect(commandParameters(writing, nonce, fence)).toMatchObject({ Incarnation: ["abc-1"], Epoch: ["7"] });
    expect(() => commandParameters(writing, nonce, undefined)).toThrow(RangeError);
  });

  it("are equal for equal records", () => {
    expect(payload([["file", "/a"]])).toBe(payload([["file", "/a"]]));
    expect(payload([])).toBe("");
  });
});

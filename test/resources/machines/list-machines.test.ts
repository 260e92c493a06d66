import { describe, expect, it } from "vitest";
import { managerAnswer } from "../../../shared/resources/machines/list-machines.ts";
import { expected, host, nameAt, reading, template } from "./scene.ts";

const { nonce: _, ended: __, ...disk } = reading([{ name: nameAt(0), instanceId: "i-1" }, { name: nameAt(1000) }]);
const result = { machines: disk, processes: [nameAt(0)], sections: [template], systemId: "r_abcdefghijkl" };

describe("a list-machines answer", () => {
  it("is what a manager says of its disk, its processes, its sections and itself", () => {
    expect(managerAnswer(result, "n-1")).toEqual({
      ...reading(disk.machines),
      nonce: "n-1",
      instance: host,
      path: expected.path,
      processes: [nameAt(0)],
      sections: [template],
      systemId: "r_abcdefghijkl",
    });
  });

  it("leaves out what could not be told of sections, system id and sentinel", () => {
    const bare = { ...result, sections: null, systemId: null, machines: { ...disk, sentinel: null } };
    const answer = managerAnswer(bare, "n-1");
    expect(Object.keys(answer)).not.toEqual(expect.arrayContaining(["sections"]));
    expect(Object.keys(answer)).not.toEqual(expect.arrayContaining(["sentinel"]));
  });

  it.each([
    ["its directory can't be read", { ...result, machines: null }],
    ["its processes can't be told", { ...result, processes: null }],
    ["another version", { ...result, machines: { ...disk, count: "2" } }],
    ["no object", "hello"],
  ])("is silence where it is half an answer: %s", (_, broken) => {
    expect(managerAnswer(broken, "n-1")).toHaveProperty("why");
  });
});

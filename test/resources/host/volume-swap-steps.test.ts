import { describe, expect, it, test } from "vitest";
import type { HostVolumeRecord, InstanceRecord } from "../../../shared/aws/host-port.ts";
import { nameTag } from "../../../shared/resources/common/tags.ts";
import { dataDevice, dataVolumeTag } from "../../../shared/resources/host/desired.ts";
import {
  dataVolumeName,
  isSwapped,
  keptVolumeName,
  nextSwapStep,
  nextVolumeName,
  replacesTag,
  type SwapSeen,
  type SwapStep,
  sourceTag,
  swapTag,
  swapTo,
  swapUnderWay,
} from "../../../shared/resources/host/volume-swap.ts";

const snapshot = "snap-1";
const swap = { snapshot, replaces: "vol-old", begun: true };
const attached = { instanceId: "i-1", device: dataDevice, state: "attached", deleteOnTermination: false };

function volume(id: string, name: string, fields: Partial<HostVolumeRecord> = {}): HostVolumeRecord {
  const plain = { id, zone: "a", sizeGiB: 200, type: "gp3", encrypted: true, state: "available" };
  return { ...plain, ...fields, tags: { [nameTag]: name, ...fields.tags } };
}
const made = { [sourceTag]: snapshot, [replacesTag]: "vol-old" };
const next = (name: string, fields: Partial<HostVolumeRecord> = {}) =>
  volume("vol-new", name, { ...fields, tags: { ...made, ...fields.tags } });
const old = (name: string, fields: Partial<HostVolumeRecord> = {}) => volume("vol-old", name, fields);

function host(state: InstanceRecord["state"], tags: Record<string, string> = {}): InstanceRecord {
  return { id: "i-1", state, tags } as unknown as InstanceRecord;
}
const emptied = { [swapTag]: `emptied ${snapshot}` };
const step = (instance: InstanceRecord | undefined, ...volumes: readonly HostVolumeRecord[]) =>
  nextSwapStep(swap, { instance, volumes });

describe("the next step of a swap", () => {
  it.each<readonly [string, SwapStep, InstanceRecord | undefined, readonly HostVolumeRecord[]]>([
    ["there is no new volume", { step: "create" }, host("running"), [old(dataVolumeName)]],
    [
      "the only one is of another snapshot",
      { step: "create" },
      host("running"),
      [next(nextVolumeName, { tags: { [sourceTag]: "snap-0" } })],
    ],
    [
      "the only one is to replace another volume",
      { step: "create" },
      host("running"),
      [next(nextVolumeName, { tags: { [replacesTag]: "vol-older" } })],
    ],
    [
      "it is being made",
      { step: "wait", for: "volume vol-new is being made" },
      host("running"),
      [next(nextVolumeName, { state: "creating" })],
    ],
    [
      "it could not be made",
      { step: "failed", why: "volume vol-new could not be made: delete it" },
      host("running"),
      [next(nextVolumeName, { state: "error" })],
    ],
    ["the host isn't marked", { step: "begin", instance: "i-1" }, host("running"), [next(nextVolumeName)]],
    [
      "it is marked with another snapshot's swap",
      { step: "begin", instance: "i-1" },
      host("running", { [swapTag]: "begun snap-0" }),
      [next(nextVolumeName)],
    ],
    [
      "it runs, and its GitLab is there",
      { step: "empty", instance: "i-1" },
      host("running", { [swapTag]: `begun ${snapshot}` }),
      [next(nextVolumeName)],
    ],
    [
      "it is stopped, and its GitLab is there",
      { step: "start", instance: "i-1" },
      host("stopped", { [swapTag]: `begun ${snapshot}` }),
      [next(nextVolumeName)],
    ],
    ["it runs, emptied", { step: "stop", instance: "i-1" }, host("running", emptied), [next(nextVolumeName)]],
    [
      "the old volume is attached",
      { step: "detach", volume: "vol-old", instance: "i-1" },
      host("stopped", emptied),
      [old(dataVolumeName, { attachment: attached }), next(nextVolumeName)],
    ],
    [
      "the old volume is on its way off",
      { step: "wait", for: "volume vol-old is being detached" },
      host("stopped", emptied),
      [old(dataVolumeName, { attachment: { ...attached, state: "detaching" } }), next(nextVolumeName)],
    ],
    [
      "what is attached is of another host, or at another place",
      { step: "adopt", volume: "vol-new" },
      host("stopped", emptied),
      [
        old(dataVolumeName, { attachment: { ...attached, instanceId: "i-2" } }),
        volume("vol-root", "", { attachment: { ...attached, device: "/dev/xvda" } }),
        next(nextVolumeName),
      ],
    ],
    [
      "both have the name",
      { step: "keep", volume: "vol-old", next: "vol-new" },
      host("stopped", emptied),
      [old(dataVolumeName), next(dataVolumeName)],
    ],
    [
      "the new one isn't attached",
      { step: "attach", volume: "vol-new", instance: "i-1" },
      host("stopped", emptied),
      [old(keptVolumeName), next(dataVolumeName)],
    ],
    [
      "the new one is attached elsewhere",
      { step: "failed", why: "volume vol-new is attached to i-2: detach it" },
      host("stopped", emptied),
      [old(keptVolumeName), next(dataVolumeName, { attachment: { ...attached, instanceId: "i-2" } })],
    ],
    [
      "the new one is being attached",
      { step: "wait", for: "volume vol-new is being attached" },
      host("stopped", emptied),
      [old(keptVolumeName), next(dataVolumeName, { attachment: { ...attached, state: "attaching" } })],
    ],
    [
      "the host doesn't know it yet, whether it runs or not",
      { step: "remember", volume: "vol-new", instance: "i-1" },
      host("running", { ...emptied, [dataVolumeTag]: "vol-old" }),
      [old(keptVolumeName), next(dataVolumeName, { attachment: attached })],
    ],
    [
      "all is in place but the mark",
      { step: "finish", instance: "i-1" },
      host("stopped", { ...emptied, [dataVolumeTag]: "vol-new" }),
      [old(keptVolumeName), next(dataVolumeName, { attachment: attached })],
    ],
    [
      "it is over, and the host is stopped",
      { step: "start", instance: "i-1" },
      host("stopped", { [swapTag]: `done ${snapshot}` }),
      [old(keptVolumeName), next(dataVolumeName, { attachment: attached })],
    ],
    [
      "it is over, and the host is stopped with no disk",
      { step: "over", volume: "vol-new" },
      host("stopped", { [swapTag]: `done ${snapshot}` }),
      [old(keptVolumeName), next(dataVolumeName)],
    ],
    [
      "it is over",
      { step: "over", volume: "vol-new" },
      host("running", { [swapTag]: `done ${snapshot}` }),
      [old(keptVolumeName), next(dataVolumeName, { attachment: attached })],
    ],
    [
      "there is no host, and the old volume hangs on it still",
      { step: "wait", for: "volume vol-old is still attached" },
      undefined,
      [old(dataVolumeName, { attachment: attached }), next(nextVolumeName)],
    ],
    ["there is no host", { step: "adopt", volume: "vol-new" }, undefined, [old(dataVolumeName), next(nextVolumeName)]],
    [
      "there is no host, and both have the name",
      { step: "keep", volume: "vol-old", next: "vol-new" },
      undefined,
      [old(dataVolumeName), next(dataVolumeName)],
    ],
    [
      "there is no host, and the names are changed",
      { step: "over", volume: "vol-new" },
      undefined,
      [old(keptVolumeName), next(dataVolumeName)],
    ],
    [
      "there is no host, and there never was an old volume",
      { step: "over", volume: "vol-new" },
      undefined,
      [next(dataVolumeName)],
    ],
  ])("where %s", (_what, expected, instance, volumes) => {
    expect(step(instance, ...volumes)).toEqual(expected);
  });

  it.each(["pending", "stopping", "shutting-down"] as const)("waits for a host that is %s", (state) => {
    expect(step(host(state, emptied), next(nextVolumeName))).toEqual({ step: "wait", for: `host i-1 is ${state}` });
  });
});

describe("which swap it is", () => {
  const of = (instance: InstanceRecord | undefined, ...volumes: readonly HostVolumeRecord[]): object =>
    swapTo(snapshot, { instance, volumes });

  test("is told by the volume that was made for it, while that waits for its place", () => {
    expect(of(host("running"), old(dataVolumeName), next(nextVolumeName))).toEqual(swap);
    const first = next(nextVolumeName, { tags: { [replacesTag]: "none" } });
    expect(of(undefined, first)).toEqual({ ...swap, replaces: "none" });
    const { [replacesTag]: _, ...untold } = first.tags;
    expect(of(undefined, { ...first, tags: untold })).toEqual({ ...swap, replaces: "none" });
    const other = next(nextVolumeName, { tags: { [sourceTag]: "snap-0" } });
    expect(of(undefined, old(dataVolumeName), other)).toEqual({ ...swap, begun: false });
  });

  test("is still that one while the host is marked, or two volumes have the name", () => {
    const placed = [old(keptVolumeName), next(dataVolumeName, { attachment: attached })];
    expect(of(host("stopped", emptied), ...placed)).toEqual(swap);
    expect(of(undefined, old(dataVolumeName), next(dataVolumeName))).toEqual(swap);
    const anew = { snapshot, replaces: "vol-new", begun: false };
    expect(of(host("running", { [swapTag]: `done ${snapshot}` }), ...placed)).toEqual(anew);
    expect(of(host("running", { [swapTag]: "begun snap-0" }), ...placed)).toEqual(anew);
    expect(of(undefined, ...placed)).toEqual(anew);
  });

  test("is the last of several of one snapshot", () => {
    const again = volume("vol-newer", dataVolumeName, { tags: { [sourceTag]: snapshot, [replacesTag]: "vol-new" } });
    for (const volumes of [
      [next(dataVolumeName), again],
      [again, next(dataVolumeName)],
    ]) {
      expect(of(host("stopped", emptied), ...volumes)).toEqual({ snapshot, replaces: "vol-new", begun: true });
    }
  });

  test("else a new one: of the volume in use, else of the one by name, else of the one that the host knows", () => {
    const inUse = volume("vol-used", keptVolumeName, { attachment: attached });
    const known = host("running", { [dataVolumeTag]: "vol-known" });
    expect(of(known, old(dataVolumeName), inUse)).toEqual({ snapshot, replaces: "vol-used", begun: false });
    const elsewhere = volume("vol-used", keptVolumeName, { attachment: { ...attached, device: "/dev/xvda" } });
    expect(of(known, elsewhere, old(dataVolumeName))).toEqual({ snapshot, replaces: "vol-old", begun: false });
    expect(of(undefined, inUse, old(dataVolumeName))).toEqual({ snapshot, replaces: "vol-old", begun: false });
    expect(of(known)).toEqual({ snapshot, replaces: "vol-known", begun: false });
    expect(of(host("running"))).toEqual({ snapshot, replaces: "none", begun: false });
    expect(of(undefined)).toEqual({ snapshot, replaces: "none", begun: false });
  });
});

test("a swap has ended once the names are changed and the host isn't marked any more", () => {
  const is = (instance: InstanceRecord | undefined, ...volumes: readonly HostVolumeRecord[]) =>
    isSwapped(swap, { instance, volumes } satisfies SwapSeen);
  const done = [old(keptVolumeName), next(dataVolumeName)];
  expect(is(host("running"), ...done)).toBe(true);
  expect(is(undefined, ...done)).toBe(true);
  expect(is(undefined, next(dataVolumeName))).toBe(true);
  expect(is(host("running", emptied), ...done)).toBe(false);
  expect(is(host("running", { [swapTag]: "begun snap-0" }), ...done)).toBe(false);
  expect(is(host("running"), old(dataVolumeName), next(dataVolumeName))).toBe(false);
  expect(is(host("running"), old(keptVolumeName), next(nextVolumeName))).toBe(false);
  expect(is(host("running"), old(keptVolumeName))).toBe(false);
  expect(is(host("running"), next(dataVolumeName, { tags: { [sourceTag]: "snap-0" } }))).toBe(false);
  expect(is(host("running"), next(dataVolumeName, { tags: { [replacesTag]: "vol-older" } }))).toBe(false);
});

test.each([
  ["begun snap-1", "snap-1"],
  ["emptied snap-1", "snap-1"],
  ["done snap-1", undefined],
  ["not begun snap-1", undefined],
  ["begun snap-1 twice", undefined],
  ["begun ", undefined],
  [undefined, undefined],
])("a host marked %j is in the middle of a swap to %s", (mark, expected) => {
  expect(swapUnderWay(mark === undefined ? {} : { [swapTag]: mark })).toBe(expected);
});

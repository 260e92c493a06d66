import { describe, expect, test } from "vitest";
import type { HostVolumeRecord, InstanceRecord } from "../../../shared/aws/host-port.ts";
import { nameTag } from "../../../shared/resources/common/tags.ts";
import { dataDevice, dataVolumeTag } from "../../../shared/resources/host/desired.ts";
import {
  dataVolumeName,
  keptVolumeName,
  nextSwapStep,
  nextVolumeName,
  replacesTag,
  type Swap,
  type SwapSeen,
  type SwapStep,
  sourceTag,
  swapTag,
  swapTo,
  swapUnderWay,
} from "../../../shared/resources/host/volume-swap.ts";

const snapshot = "snap-1";

function volume(id: string, name: string, more: Partial<HostVolumeRecord> = {}): HostVolumeRecord {
  return {
    id,
    zone: "eu-central-1a",
    sizeGiB: 200,
    type: "gp3",
    encrypted: true,
    state: "available",
    tags: { [nameTag]: name },
    ...more,
  };
}

function host(state: InstanceRecord["state"], tags: Record<string, string> = {}): InstanceRecord {
  return {
    id: "i-1",
    state,
    clientToken: "t",
    imageId: "ami-1",
    instanceType: "t3.large",
    zone: "eu-central-1a",
    subnetId: "subnet-1",
    vpcId: "vpc-1",
    lentIp: false,
    groupIds: [],
    metadata: { tokens: "required", hopLimit: 2, endpoint: "enabled" },
    rootDevice: "/dev/xvda",
    launchedAt: 0,
    tags,
  };
}

const attachment = { instanceId: "i-1", device: dataDevice, state: "attached", deleteOnTermination: false };

/** @param again whether the volume in use is of an earlier restore of the same snapshot */
function world(again = false): SwapSeen {
  const earlier = { [sourceTag]: snapshot, [replacesTag]: "vol-older" };
  const mark = { [swapTag]: `done ${snapshot}` };
  const old = volume("vol-old", dataVolumeName, { attachment });
  return {
    instance: host("running", { [dataVolumeTag]: "vol-old", ...(again ? mark : {}) }),
    volumes: [
      ...(again ? [volume("vol-older", keptVolumeName)] : []),
      again ? { ...old, tags: { ...old.tags, ...earlier } } : old,
    ],
  };
}

/** What EC2 is after a step, its transitions over at once. */
function after(step: SwapStep, seen: SwapSeen): SwapSeen {
  const { instance, volumes } = seen;
  const tagged = (id: string, tags: Record<string, string>) =>
    volumes.map((one) => (one.id === id ? { ...one, tags: { ...one.tags, ...tags } } : one));
  const instanceWith = (change: Partial<InstanceRecord>) =>
    instance === undefined ? undefined : { ...instance, ...change };
  const marked = (tags: Record<string, string>) => instanceWith({ tags: { ...instance?.tags, ...tags } });
  switch (step.step) {
    case "create": {
      const tags = { [nameTag]: nextVolumeName, [sourceTag]: snapshot, [replacesTag]: "vol-old" };
      return { instance, volumes: [...volumes, volume("vol-new", nextVolumeName, { tags })] };
    }
    case "begin":
      return { instance: marked({ [swapTag]: `begun ${snapshot}` }), volumes };
    case "empty":
      return { instance: marked({ [swapTag]: `emptied ${snapshot}` }), volumes };
    case "stop":
      return { instance: instanceWith({ state: "stopped" }), volumes };
    case "start":
      return { instance: instanceWith({ state: "running" }), volumes };
    case "finish":
      return { instance: marked({ [swapTag]: `done ${snapshot}` }), volumes };
    case "detach":
      return { instance, volumes: volumes.map(({ attachment: _gone, ...one }) => one) };
    case "adopt":
      return { instance, volumes: tagged(step.volume, { [nameTag]: dataVolumeName }) };
    case "keep":
      return { instance, volumes: tagged(step.volume, { [nameTag]: keptVolumeName }) };
    case "attach":
      return { instance, volumes: volumes.map((one) => (one.id === step.volume ? { ...one, attachment } : one)) };
    case "remember":
      return { instance: marked({ [dataVolumeTag]: step.volume }), volumes };
    case "wait":
    case "failed":
    case "over":
      return seen;
  }
}

const named = ({ volumes }: SwapSeen, name: string) =>
  volumes.filter(({ tags }) => tags[nameTag] === name).map(({ id }) => id);

/** Every state on the way. Each call asks anew which swap it is, as a process does that comes after one that died. */
function way(from: SwapSeen): readonly SwapSeen[] {
  const states = [from];
  for (let steps = 0; steps < 40; steps += 1) {
    const seen = states.at(-1) ?? from;
    const swap: Swap = { snapshot, replaces: "vol-old", begun: true };
    const step = nextSwapStep(swap, seen);
    if (step.step === "over") return states;
    expect(step.step, "nothing waits for ever").not.toBe("wait");
    expect(step.step).not.toBe("failed");
    states.push(after(step, seen));
  }
  throw new Error("the swap has no end");
}

describe.each([
  ["a snapshot", false],
  ["the same snapshot once more", true],
])("a data volume's place, given to one that is made of %s", (_what, again) => {
  test("ends with the new volume in place, the old one kept, and the host running and unmarked", () => {
    const end = way(world(again)).at(-1);
    expect(end?.instance).toMatchObject({ state: "running", tags: { [dataVolumeTag]: "vol-new" } });
    expect(swapUnderWay(end?.instance?.tags ?? {})).toBeUndefined();
    expect(end?.volumes.map(({ id, attachment: at, tags }) => [id, at?.instanceId, tags[nameTag]])).toEqual([
      ...(again ? [["vol-older", undefined, keptVolumeName]] : []),
      ["vol-old", undefined, keptVolumeName],
      ["vol-new", "i-1", dataVolumeName],
    ]);
  });

  test("never leaves the fleet without a data volume by name, nor the host unmarked with another disk than it knows", () => {
    for (const seen of way(world(again))) {
      expect(named(seen, dataVolumeName).length).toBeGreaterThan(0);
      const inPlace = seen.volumes.find(({ attachment: at }) => at !== undefined)?.id;
      if (swapUnderWay(seen.instance?.tags ?? {}) === undefined) {
        expect(inPlace).toBe(seen.instance?.tags[dataVolumeTag]);
        expect(named(seen, dataVolumeName)).toEqual([inPlace]);
      }
    }
  });

  test("takes no disk away from a host that runs, and boots none on the new disk before its GitLab is gone", () => {
    for (const { instance, volumes } of way(world(again))) {
      const inPlace = volumes.find(({ attachment: at }) => at !== undefined)?.id;
      if (instance?.state === "running") expect(inPlace).toBeDefined();
      if (inPlace === "vol-new") expect(instance?.tags[swapTag]).toMatch(/^(emptied|done) /);
    }
  });

  test("is found again by whoever comes after one that died, until it is over", () => {
    const states = way(world(again));
    for (const seen of states.slice(1, -2)) {
      expect(swapTo(snapshot, seen)).toEqual({ snapshot, replaces: "vol-old", begun: true });
    }
    const over = states.at(-1) ?? world(again);
    expect(swapTo(snapshot, over)).toEqual({ snapshot, replaces: "vol-new", begun: false });
  });

  test("ends also where the host is gone for good on the way, with exactly one volume for its successor", () => {
    for (const { volumes } of way(world(again))) {
      const detached = volumes.map(({ attachment: _gone, ...one }) => one);
      const end = way({ instance: undefined, volumes: detached }).at(-1) ?? world(again);
      expect(named(end, dataVolumeName)).toEqual(["vol-new"]);
      expect(named(end, keptVolumeName)).toContain("vol-old");
    }
  });

  test("starts a host that somebody stopped before its GitLab was gone: a boot must not begin it on other data", () => {
    const [, , begun] = way(world(again));
    if (begun?.instance === undefined) throw new Error("there is no such state");
    const stopped = { ...begun, instance: { ...begun.instance, state: "stopped" as const } };
    expect(nextSwapStep({ snapshot, replaces: "vol-old", begun: true }, stopped)).toEqual({
      step: "start",
      instance: "i-1",
    });
  });
});

import { judge } from "../../shared/resources/machines/classify.ts";
import { diskHash } from "../../shared/resources/machines/disk.ts";
import type { CloseLook, Evidence, MachineDirectory } from "../../shared/resources/machines/evidence.ts";
import type { Machine } from "../../shared/resources/machines/machine.ts";
import { markOrphans } from "../../shared/resources/machines/marker.ts";
import { answered, type Span } from "../../shared/resources/machines/span.ts";
import { hear } from "../../shared/resources/machines/witnesses.ts";
import { CollectedWorld } from "../resources/machines/collected-world.ts";
import { type Bench, type Measurement, measured } from "./measurement.ts";

const now = Date.UTC(2026, 10, 24, 12);
const hour = 3_600_000;
const spans = { listing: span(-60, -50), disk: span(-40, -30), jobs: span(-20, -10) };
const template = "runner-t9wkyjhg-acme-%s";
const profile = "arn:aws:iam::123456789012:instance-profile/fleetkeeper/acme/acme-machine";

/** What judging a whole fleet costs: a decision must stay cheap enough to make anew in every run. */
export const collectBench: Bench = {
  name: "collect",
  async run() {
    const small = classifySeconds(10_000);
    const large = classifySeconds(100_000);
    return [
      ...(await passOver(10_000)),
      measured("classify 10,000 machines", small, "s of CPU", 1),
      measured("classify 100,000 machines", large, "s of CPU", 10),
      growth(small, large),
    ];
  },
};

/** Linear is 10; 20 leaves room for caches that no longer hold everything. A bound below what can be measured is no bound. */
function growth(small: number, large: number): Measurement {
  const ratio = large / Math.max(small, 0.01);
  return measured("classify, growth from 10,000 to 100,000 machines", Math.round(ratio * 10) / 10, "times", 20);
}

function classifySeconds(count: number): number {
  const evidence = fleetOf(count);
  const machines = evidence.listing.state === "answered" ? evidence.listing.value : [];
  const before = process.cpuUsage();
  const witnesses = hear(evidence, now);
  for (const machine of machines) judge(machine, witnesses);
  const { user, system } = process.cpuUsage(before);
  return Math.round((user + system) / 1000) / 1000;
}

/** Machines of which two thirds are on the disk and the rest untagged orphans, each looked at closely. */
function fleetOf(count: number): Evidence {
  const machines: Machine[] = [];
  const directories: MachineDirectory[] = [];
  const closeLooks: Record<string, CloseLook> = {};
  for (let index = 0; index < count; index += 1) {
    const id = `i-${index.toString(16).padStart(17, "0")}`;
    const seconds = Math.floor((now - 2 * hour) / 1000) - (index % 5000);
    const keyName = template.replace("%s", `${seconds}-${index.toString(16).padStart(8, "0")}`);
    const known = index % 3 !== 0;
    if (known) directories.push({ name: keyName, instanceId: id });
    else {
      closeLooks[id] = {
        terminationProtection: answered(spans.jobs, false),
        containers: answered(spans.jobs, 0),
      };
    }
    machines.push({
      id,
      state: "running",
      launchTime: seconds * 1000 + 5000,
      keyName,
      profileArn: profile,
      groupIds: ["sg-0acmemachines"],
      tags: known ? { "fleetkeeper:fleet": "acme", "fleetkeeper:manager": "i-0host" } : {},
    });
  }
  const path = "/data/machines";
  return {
    fleet: {
      name: "acme",
      profileArns: [profile],
      groupIds: ["sg-0acmemachines"],
      hostVolumes: ["vol-0data"],
      templates: [template],
      gracePeriod: hour / 4,
    },
    listing: answered(spans.listing, machines),
    hosts: answered(spans.listing, ["i-0host"]),
    dataVolumes: answered(spans.listing, ["vol-0data"]),
    scalingGroups: answered(spans.listing, []),
    managers: [
      {
        state: "active",
        id: "i-0host",
        expected: { nonce: "n", path, mount: "/data", volume: "vol-0data", generation: 1 },
        disk: answered(spans.disk, {
          nonce: "n",
          instance: "i-0host",
          path,
          mount: "/data",
          sentinel: { volume: "vol-0data", generation: 1 },
          machines: directories,
          count: directories.length,
          hash: diskHash(directories),
          ended: true,
        }),
        sections: answered(spans.disk, [template]),
        processes: answered(spans.disk, []),
      },
    ],
    traces: answered(spans.jobs, []),
    closeLooks,
  };
}

/** A whole marking pass over the embedded EC2: what it reads, and what memory it takes on top of that EC2's own. */
async function passOver(count: number): Promise<readonly Measurement[]> {
  const world = await CollectedWorld.open();
  const host = await world.addHost();
  await world.createMachines(host, count);
  await world.world.clock.advance(hour);
  const { calls } = world.world.sandbox;
  calls.clear();
  const before = process.memoryUsage().rss;
  await markOrphans(await world.markingPorts(), world.fleet(), world.policy);
  const pages = calls
    .reads()
    .filter(({ operation, input }) => operation === "DescribeInstances" && "MaxResults" in input);
  const tokens = new Set(pages.map(({ input }) => JSON.stringify(input)));
  const resident = Math.round((process.memoryUsage().rss - before) / 2 ** 20);
  return [
    measured("pages of instances that a pass over 10,001 reads", pages.length, "pages", 11),
    measured("pages that it reads twice", pages.length - tokens.size, "pages", 0),
    measured("resident memory that it adds", resident, "MiB", 512),
  ];
}

function span(from: number, to: number): Span {
  return { from: now + from * 1000, to: now + to * 1000 };
}

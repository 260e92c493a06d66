import { parseDocument } from "yaml";
import type { HostTiming } from "../../sandbox/hosts/host-state.ts";
import type { SandboxHandler } from "../../sandbox/sdk-handler.ts";
import { accountLines } from "./account.ts";
import type { CrashScenario } from "./crash.ts";
import { stateBucket } from "./fleet-world.ts";
import { HostFleet, upToStack } from "./host-fleet.ts";
import { hostLines } from "./host-lines.ts";

/** Longer than a dead holder's lease can last. */
export const afterLease = 21 * 60_000;

const mostRuns = 12;

/** A GitLab that takes its time only makes more runs that wait. */
const quick: HostTiming = { gitlabFirstBoot: 60_000, gitlabBoot: 30_000, gitlabMigrations: 60_000 };

/** Without backups and runners, whose kinds have such tests of their own. */
function hostOnly(body: string): string {
  const document = parseDocument(body);
  for (const path of [
    ["spec", "runners"],
    ["spec", "host", "backups"],
  ])
    document.deleteIn(path);
  return String(document);
}

export interface CrashingHost {
  readonly fleet: HostFleet;
  readonly sandbox: HostFleet["world"]["sandbox"];
}

/**
 * The sample's host and all that runs on it, made from nothing by runs of one process, which may die at any of its calls. In
 * the end there is what is in the account, every file on the host and its data volume, and every container.
 */
export function hostScenario(): CrashScenario<CrashingHost> & { close(): Promise<void> } {
  const ends = new WeakMap<CrashingHost, readonly string[]>();
  const opened: HostFleet[] = [];
  const close = async () => {
    for (const fleet of opened.splice(0)) await fleet.close();
  };
  return {
    close,
    async make() {
      // One after the other: of the last one everything has been read.
      await close();
      const fleet = await HostFleet.open(true, hostOnly, upToStack);
      if (fleet.world.hosts !== undefined) fleet.world.hosts.state.timing = quick;
      opened.push(fleet);
      return { fleet, sandbox: fleet.world.sandbox };
    },
    run: ({ fleet }, handler) => untilReady(fleet, handler),
    async recover(world) {
      const { fleet } = world;
      await fleet.world.clock.sleep(afterLease);
      await fleet.settle(mostRuns);
      const quiet = await fleet.run();
      ends.set(world, [
        `the next run plans ${quiet.actions.length} actions`,
        ...hostLines(await fleet.host(), (await fleet.dataVolume()).VolumeId),
        ...accountLines(world.sandbox, stateBucket).filter((line) => !/^(hosts|gitlab|sts)[/.]/.test(line)),
      ]);
    },
    end: (world) => ends.get(world) ?? [],
  };
}

async function untilReady(fleet: HostFleet, handler: SandboxHandler): Promise<void> {
  for (let runs = 0; runs < mostRuns && !handler.dead; runs += 1) {
    const { end } = await fleet.run({}, handler);
    if (end === "Ready") return;
    await fleet.world.clock.sleep(60_000);
  }
}

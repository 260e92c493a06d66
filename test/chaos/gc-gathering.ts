import { candidates } from "../../shared/resources/machines/classify.ts";
import type { CompanionEvidence } from "../../shared/resources/machines/companion.ts";
import { diskHash } from "../../shared/resources/machines/disk.ts";
import type {
  CloseLook,
  DiskReading,
  Evidence,
  MachineDirectory,
  ManagerEvidence,
} from "../../shared/resources/machines/evidence.ts";
import type { Ledger } from "../../shared/resources/machines/ledger.ts";
import type { Machine } from "../../shared/resources/machines/machine.ts";
import { type Census, missingProof } from "../../shared/resources/machines/manager-record.ts";
import { type Answer, answered, type Span, unanswered } from "../../shared/resources/machines/span.ts";
import { fleet, grace, groupOf, type Host, profileOf, type World } from "./gc-world.ts";

/** A way to break the reconciler on purpose, to see that the check notices. */
export type Sabotage =
  | "one sighting"
  | "no sentinel"
  | "cut output trusted"
  | "silence is absence"
  | "jobs ignored"
  | "NotFound is the end";

/** Says of each call whether it fails. */
export type Fails = () => boolean;

export interface Listed {
  readonly evidence: Evidence;
  readonly companions: CompanionEvidence;
  readonly census: Census;
}

/** What is listed of EC2 beside the instances themselves. */
export function listRest(world: World, ledger: Ledger, listing: Answer<readonly Machine[]>, fails: Fails): Listed {
  const now = instant(world);
  const answer = <T>(value: T): Answer<T> => (fails() ? unanswered("throttled") : answered(now, value));
  const { identity } = ledger;
  const recorded = Object.values(ledger.managers).flatMap(({ volume }) => volume ?? []);
  const states = world.hosts.map((host) => [host.id, world.hostState(host)] as const);
  const disks = world.hosts.map(({ disk }) => disk).filter(({ exists }) => exists);
  return {
    evidence: {
      fleet: {
        name: fleet,
        profileArns: [profileOf(fleet)],
        groupIds: [groupOf(fleet)],
        hostVolumes: identity.hostVolumes,
        templates: identity.templates,
        gracePeriod: grace,
      },
      listing,
      hosts: answer([...world.declared]),
      dataVolumes: answer([...new Set(disks.map(({ volume }) => volume))]),
      scalingGroups: answer([...world.liveGroups]),
      managers: [],
      traces: { state: "not-asked" },
      closeLooks: {},
    },
    companions: {
      requests: answer([...world.requests.values()].map((request) => ({ ...request }))),
      keyPairs: answer([...world.keyPairs.values()]),
      volumes: answer([]),
      interfaces: answer([]),
      managerRows: answer([]),
      systemIds: answer([]),
    },
    census: {
      instances: answer(
        Object.fromEntries(states.flatMap(([id, state]) => (state === undefined ? [] : [[id, state]]))),
      ),
      volumes: answer(Object.fromEntries(recorded.map((id) => [id, disks.some(({ volume }) => volume === id)]))),
    },
  };
}

/** Every manager on record, asked or accounted for. */
export function askManagers(
  world: World,
  ledger: Ledger,
  fails: Fails,
  sabotage: Sabotage | undefined,
): readonly ManagerEvidence[] {
  const ids = new Set([...Object.keys(ledger.managers), ...world.declared]);
  return [...ids].map((id): ManagerEvidence => {
    const record = ledger.managers[id];
    if (record?.ended !== undefined) {
      const volume = record.volume === undefined ? {} : { volume: record.volume };
      return { state: "ended", id, ...volume, proof: record.ended };
    }
    const host = world.hosts.find((host) => host.id === id);
    if (host?.state === "running") return askManager(world, host, ledger, fails, sabotage);
    if (sabotage === "NotFound is the end") {
      const volume = host === undefined ? {} : { volume: host.disk.volume };
      return { state: "ended", id, ...volume, proof: { how: "attested", by: "nobody", at: 0 } };
    }
    return { state: "missing", id, missing: record === undefined ? "it was never read" : missingProof(record) };
  });
}

function askManager(
  world: World,
  host: Host,
  ledger: Ledger,
  fails: Fails,
  sabotage: Sabotage | undefined,
): ManagerEvidence {
  const now = instant(world);
  const { id, disk } = host;
  const generation = ledger.managers[id]?.generation ?? 1;
  const expected = { nonce: "n", path: "/data/machines", mount: "/data", volume: disk.volume, generation };
  const active = { state: "active", id, expected } as const;
  if (!host.heard || fails()) {
    const silent = unanswered("the agent didn't answer");
    if (sabotage !== "silence is absence") return { ...active, disk: silent, sections: silent, processes: silent };
    const nothing = reading(host, []);
    return { ...active, disk: answered(now, nothing), sections: silent, processes: answered(now, []) };
  }
  const ended = !host.cut && !fails();
  const all = host.mounted ? [...disk.directories] : [];
  const shown = all.slice(0, ended ? all.length : 1).map(([name, { instanceId }]): MachineDirectory => {
    return instanceId === undefined ? { name } : { name, instanceId };
  });
  const { sentinel, ...bare } = reading(host, shown);
  const trusted = sabotage === "no sentinel" || (disk.sentinel && host.mounted);
  const mount = host.mounted || sabotage === "no sentinel" ? "/data" : "/";
  return {
    ...active,
    disk: answered(now, {
      ...bare,
      ...(trusted && sentinel !== undefined ? { sentinel } : {}),
      mount,
      ended: ended || sabotage === "cut output trusted",
    }),
    sections: host.runnerUp ? answered(now, [...disk.sections]) : unanswered("the runner isn't running"),
    processes: answered(now, [...host.inFlight]),
  };
}

/** The evidence with what running jobs say, and a close look at each machine that nothing else speaks for. */
export function askJobs(world: World, evidence: Evidence, now: number, fails: Fails, sabotage?: Sabotage): Evidence {
  const span = instant(world);
  const ignored = sabotage === "jobs ignored";
  const traced: Evidence = {
    ...evidence,
    traces: !world.gitlabUp || fails() ? unanswered("502") : answered(span, ignored ? [] : [...world.jobs.keys()]),
  };
  const closeLooks: Record<string, CloseLook> = {};
  for (const { id, keyName } of candidates(traced, now)) {
    const terminationProtection: Answer<boolean> = fails() ? unanswered("throttled") : answered(span, false);
    const containers: CloseLook["containers"] = fails()
      ? unanswered("the command timed out")
      : id.endsWith("7") && keyName !== undefined
        ? { state: "no-agent", span }
        : answered(span, !ignored && world.containers.has(id) ? 1 : 0);
    closeLooks[id] = { terminationProtection, containers };
  }
  return { ...traced, closeLooks };
}

function instant(world: World): Span {
  return { from: world.time, to: world.time };
}

function reading(host: Host, machines: readonly MachineDirectory[]): DiskReading {
  return {
    nonce: "n",
    instance: host.id,
    path: "/data/machines",
    mount: "/data",
    sentinel: { volume: host.disk.volume, generation: host.disk.generation },
    machines,
    count: machines.length,
    hash: diskHash(machines),
    ended: true,
  };
}

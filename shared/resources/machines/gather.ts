import type { InstanceRecord, MachinesReader, SpotRequestRecord, VolumeRecord } from "../../aws/machines-port.ts";
import { Failure } from "../../engine/failure.ts";
import { candidates } from "./classify.ts";
import type { CompanionEvidence } from "./companion.ts";
import type { CloseLook, Evidence, ManagerEvidence, TraceEvidence } from "./evidence.ts";
import { type CollectedFleet, identityOf } from "./identity.ts";
import type { Ledger } from "./ledger.ts";
import { tag } from "./machine.ts";
import { type Census, missingProof } from "./manager-record.ts";
import { type Answer, answered, unanswered } from "./span.ts";
import type { GitLabAnswer, ManagerAnswer, ManagerRowRecord, WitnessReader } from "./witness-port.ts";

export interface GatherPorts {
  readonly machines: MachinesReader;
  readonly witnesses: WitnessReader;
  /** Epoch milliseconds of AWS's clock; never goes back within one gathering. */
  readonly time: () => number;
  /** A new nonce for each command. */
  readonly nonce: () => string;
}

export interface Gathering {
  readonly evidence: Evidence;
  readonly companions: CompanionEvidence;
  readonly census: Census;
}

/** How many workers are asked at the same time. */
const workersAtOnce = 20;

/**
 * One gathering, in the only order that proves anything: EC2, every page; then the managers' disks; then the jobs. Whoever
 * fails to answer is unknown; the others are asked all the same.
 */
export async function gather(ports: GatherPorts, fleet: CollectedFleet, ledger: Ledger): Promise<Gathering> {
  const { machines, witnesses, time } = ports;
  const ask = <T>(call: () => Promise<T>) => asked(time, call);
  const fleetTags = { [tag.fleet]: fleet.name };

  // 1. EC2. Requests come with the instances: some versions of docker-machine tag the request alone.
  const listed = await ask(() => machines.instances());
  const requests = await ask(() => machines.spotRequests());
  const listing = joined(listed, requests);
  const recorded = Object.keys(ledger.managers);
  const recordedVolumes = Object.values(ledger.managers).flatMap(({ volume }) => volume ?? []);
  // What is listed lives: only of the others it is asked what became of them.
  const [keyPairs, volumes, interfaces, instances, scalingGroups] = await Promise.all([
    ask(() => machines.keyPairs()),
    ask(() => machines.volumes(fleetTags)),
    ask(() => machines.networkInterfaces(fleetTags)),
    ask(() => machines.instanceStates(without(recorded, listing))),
    ask(() => witnesses.scalingGroups()),
  ]);
  const unlisted = without(recordedVolumes, volumes);
  const existing = mapped(await ask(() => machines.existingVolumes(unlisted)), (found) =>
    recordedVolumes.filter((id) => found.includes(id) || !unlisted.includes(id)),
  );
  const hosts = hostsOf(listing, fleet.name);
  const dataVolumes = mapped(volumes, (all) => all.filter(isData));

  // 2. The managers, all at once, after everything of EC2.
  const active = hosts.state === "answered" ? hosts.value : [];
  const ids = [...new Set([...recorded, ...active])];
  const answers = new Map<string, Answer<ManagerAnswer>>();
  const managers = await Promise.all(
    ids.map(async (id): Promise<ManagerEvidence> => {
      const record = ledger.managers[id];
      const volume = dataVolumeOf(id, dataVolumes) ?? record?.volume;
      if (record?.ended !== undefined) {
        return {
          state: "ended",
          id,
          ...(record.volume === undefined ? {} : { volume: record.volume }),
          proof: record.ended,
        };
      }
      if (!active.includes(id)) {
        return { state: "missing", id, missing: record === undefined ? "it was never read" : missingProof(record) };
      }
      const nonce = ports.nonce();
      const answer = await ask(() => witnesses.askManager(id, nonce));
      answers.set(id, answer);
      const expected = {
        nonce,
        path: fleet.machinesPath,
        mount: fleet.mount,
        ...(volume === undefined ? {} : { volume }),
        generation: record?.generation ?? 0,
      };
      return managerEvidence(id, answer, expected, fleet.wantsRunner);
    }),
  );

  // 3. The jobs.
  const evidence: Evidence = {
    fleet: identityOf(fleet, ledger),
    listing,
    hosts,
    dataVolumes: mapped(dataVolumes, (all) => all.map(({ id }) => id)),
    scalingGroups,
    managers,
    traces: { state: "not-asked" },
    closeLooks: {},
  };
  // GitLab is asked only where something may hang on it: a machine's fate on traces, or rows that there may be too many of.
  const traces = candidates(evidence, time()).length > 0;
  const gitlab =
    traces || mayHaveStaleRows(ledger, managers)
      ? await ask(() => witnesses.askGitLab(active, traces))
      : unanswered("nothing hangs on it");
  const asking: Evidence = { ...evidence, traces: traces ? tracesOf(gitlab) : { state: "not-asked" } };
  const managerRows = rowsOf(gitlab);
  return {
    evidence: { ...asking, closeLooks: await closeLooks(ports, asking) },
    companions: { requests, keyPairs, volumes, interfaces, managerRows, systemIds: systemIdsOf(answers) },
    census: {
      instances,
      volumes: mapped(existing, (all) => Object.fromEntries(recordedVolumes.map((id) => [id, all.includes(id)]))),
    },
  };
}

async function asked<T>(time: () => number, call: () => Promise<T>): Promise<Answer<T>> {
  const from = time();
  try {
    const value = await call();
    return answered({ from, to: time() }, value);
  } catch (error) {
    // A bug of ours must be seen; what a port couldn't tell is an answer of its own.
    if (!(error instanceof Failure)) throw error;
    return unanswered(error.message);
  }
}

/** More system ids were seen than managers live, or one for the first time, or rows are followed already. */
function mayHaveStaleRows(ledger: Ledger, managers: readonly ManagerEvidence[]): boolean {
  if (Object.keys(ledger.marks).some((subject) => subject.startsWith("manager-row/"))) return true;
  const seen = new Set(Object.values(ledger.managers).flatMap(({ systemIds }) => systemIds ?? []));
  const now = managers.flatMap((manager) => (manager.state === "active" ? (manager.systemId ?? []) : []));
  return now.some((id) => !seen.has(id)) || seen.size > now.length;
}

function tracesOf(answer: Answer<GitLabAnswer>): TraceEvidence {
  if (answer.state === "unknown") return answer;
  const { traced } = answer.value;
  return traced === "not-asked" ? { state: "not-asked" } : answered(answer.span, traced);
}

function rowsOf(answer: Answer<GitLabAnswer>): Answer<readonly ManagerRowRecord[]> {
  if (answer.state === "unknown") return answer;
  const { rows } = answer.value;
  return rows === undefined ? unanswered("there is no API token to ask GitLab with") : answered(answer.span, rows);
}

/** What is asked about a machine alone, for those only that nothing else speaks for. */
async function closeLooks(ports: GatherPorts, evidence: Evidence): Promise<Record<string, CloseLook>> {
  const { machines, witnesses, time } = ports;
  const looks: Record<string, CloseLook> = {};
  const waiting = [...candidates(evidence, time())];
  const worker = async () => {
    for (let machine = waiting.shift(); machine !== undefined; machine = waiting.shift()) {
      const { id } = machine;
      const terminationProtection = await asked(time, () => machines.terminationProtected(id));
      const answer = await asked(time, () => witnesses.jobContainers(id));
      const containers: CloseLook["containers"] =
        answer.state === "unknown"
          ? answer
          : answer.value === "no-agent"
            ? { state: "no-agent", span: answer.span }
            : { ...answer, value: answer.value };
      looks[id] = { terminationProtection, containers };
    }
  };
  await Promise.all(Array.from({ length: workersAtOnce }, worker));
  return looks;
}

/** Instances with the tags of their spot requests. Without the requests, who a machine belongs to is not known completely. */
function joined(
  instances: Answer<readonly InstanceRecord[]>,
  requests: Answer<readonly SpotRequestRecord[]>,
): Answer<readonly InstanceRecord[]> {
  if (instances.state === "unknown") return instances;
  if (requests.state === "unknown") return requests;
  const byId = new Map(requests.value.map((request) => [request.id, request.tags]));
  const value = instances.value.map((instance): InstanceRecord => {
    const requestTags = byId.get(instance.spotRequestId ?? "");
    return requestTags === undefined ? instance : { ...instance, requestTags };
  });
  return answered({ from: instances.span.from, to: requests.span.to }, value);
}

/** The hosts are told by their tags, which are part of the call that makes them. */
function hostsOf(listing: Answer<readonly InstanceRecord[]>, fleet: string): Answer<readonly string[]> {
  return mapped(listing, (all) =>
    all.filter(({ tags }) => tags[tag.fleet] === fleet && tags[tag.kind] === "host").map(({ id }) => id),
  );
}

function isData({ tags, endsWithInstance }: VolumeRecord): boolean {
  return tags[tag.kind] === "host" && !endsWithInstance;
}

function dataVolumeOf(host: string, volumes: Answer<readonly VolumeRecord[]>): string | undefined {
  if (volumes.state === "unknown") return undefined;
  const attached = volumes.value.filter(({ attachedTo }) => attachedTo.includes(host));
  return attached.length === 1 ? attached[0]?.id : undefined;
}

function managerEvidence(
  id: string,
  answer: Answer<ManagerAnswer>,
  expected: Extract<ManagerEvidence, { state: "active" }>["expected"],
  wantsRunner: boolean,
): ManagerEvidence {
  const active = { state: "active", id, expected } as const;
  if (answer.state === "unknown") return { ...active, disk: answer, sections: answer, processes: answer };
  const { span, value } = answer;
  const { sections, processes, systemId, runnerAbsent, ...reading } = value;
  // Where the file wants no runner and there is none, nothing is loaded; where it wants one, that one may load anything.
  const none = runnerAbsent === true && !wantsRunner;
  return {
    ...active,
    ...(systemId === undefined ? {} : { systemId }),
    disk: answered(span, reading),
    sections:
      sections !== undefined
        ? answered(span, sections)
        : none
          ? answered(span, [])
          : unanswered("no runner runs there"),
    processes: answered(span, processes),
  };
}

function systemIdsOf(answers: ReadonlyMap<string, Answer<ManagerAnswer>>): Answer<readonly string[]> {
  const ids: string[] = [];
  let span = { from: 0, to: 0 };
  for (const [manager, answer] of answers) {
    if (answer.state === "unknown") return unanswered(`manager ${manager} didn't answer`);
    const { systemId } = answer.value;
    if (systemId === undefined) return unanswered(`manager ${manager} has no system id`);
    ids.push(systemId);
    span = answer.span;
  }
  return answered(span, ids);
}

/** Those of these ids that an answer doesn't list; all where there is none. */
function without(ids: readonly string[], answer: Answer<readonly { readonly id: string }[]>): readonly string[] {
  if (answer.state === "unknown") return ids;
  const there = new Set(answer.value.map(({ id }) => id));
  return ids.filter((id) => !there.has(id));
}

function mapped<A, B>(answer: Answer<A>, map: (value: A) => B): Answer<B> {
  return answer.state === "unknown" ? answer : answered(answer.span, map(answer.value));
}

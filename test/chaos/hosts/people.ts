import type { HostRecord } from "../../../sandbox/hosts/host-state.ts";
import { ec2StateKey } from "../../../sandbox/services/ec2/service.ts";
import { ssmStateKey } from "../../../sandbox/services/ssm/service.ts";
import { stackPaths } from "../../../shared/resources/common/stack-files.ts";
import { drifts } from "../../resources/host/drifts.ts";
import { type HostPerson, shrugging } from "./host-person.ts";

const config = "/srv/fleetkeeper/runner/config.toml";

type Meddling = (person: HostPerson) => Promise<unknown>;

/**
 * What people do to a host by the account, beside what its own tests know: those name one address, and here are others'; and one
 * lets the data volume go with the host, which somebody else may terminate here.
 */
const byTheAccount = Object.fromEntries(
  drifts
    .filter(({ what }) => !/address|take its data volume/.test(what))
    .map(({ what, cause }): [string, Meddling] => [what, cause]),
);

const toTheAccount: Readonly<Record<string, Meddling>> = {
  "takes the address away": async ({ ec2 }) => {
    const Filters = [{ Name: "tag:fleetkeeper:fleet", Values: ["acme"] }];
    const { Addresses = [] } = await ec2.describeAddresses({ Filters });
    await ec2.disassociateAddress({ AssociationId: Addresses[0]?.AssociationId });
  },
  "gives the address back to EC2": async ({ ec2 }) => {
    const Filters = [{ Name: "tag:fleetkeeper:fleet", Values: ["acme"] }];
    const { Addresses: [address] = [] } = await ec2.describeAddresses({ Filters });
    if (address?.AssociationId !== undefined) await ec2.disassociateAddress({ AssociationId: address.AssociationId });
    await ec2.releaseAddress({ AllocationId: address?.AllocationId });
  },
  "reboots the host": async (person) => {
    const { InstanceId } = await person.instance();
    const { sandbox, clock } = person.world;
    const { instances } = sandbox.state(ec2StateKey());
    const instance = instances[InstanceId];
    // From within: EC2 isn't asked.
    if (instance?.state === "running") instances[InstanceId] = { ...instance, lastRun: { from: clock.now() } };
  },
  "stops the host": async (person) => {
    const { InstanceId } = await person.instance();
    await person.ec2.stopInstances({ InstanceIds: [InstanceId] });
  },
  "terminates the host": async (person) => {
    const { InstanceId } = await person.instance();
    await person.ec2.modifyInstanceAttribute({ InstanceId, DisableApiTermination: { Value: false } });
    await person.ec2.terminateInstances({ InstanceIds: [InstanceId] });
  },
  "makes another pool's size": ({ scaling }) =>
    scaling.updateAutoScalingGroup({ AutoScalingGroupName: "acme-next", MinSize: 0, MaxSize: 3 }),
  "lets the pool rebalance": ({ scaling }) =>
    scaling.resumeProcesses({ AutoScalingGroupName: "acme-next", ScalingProcesses: ["AZRebalance"] }),
};

const onTheHost: Readonly<Record<string, Meddling>> = {
  "stops the agent": (person) => agent(person, false),
  "starts the agent": (person) => agent(person, true),
  "edits limits in config.toml": (person) =>
    edit(person, config, (text) => text.replaceAll(/^limit = .*$/gm, "limit = 1")),
  "spoils tokens in config.toml": (person) =>
    edit(person, config, (text) => text.replaceAll(/^token = .*$/gm, 'token = "glrt-spoilt"')),
  "breaks config.toml": (person) => edit(person, config, (text) => `${text}\n[[runners`),
  "empties config.toml": (person) => edit(person, config, () => ""),
  "edits the compose file": (person) => edit(person, stackPaths.compose, (text) => `${text}\n# mine\n`, 0o644),
  "deletes the compose file": async (person) => {
    const { files } = await person.host();
    files.files.remove(stackPaths.compose);
  },
  "changes the runner's image": (person) => edit(person, stackPaths.runnerImage, () => "FROM alpine\n", 0o644),
  "stops GitLab": (person) => container(person, "gitlab", (one) => stop(one)),
  "stops the manager": (person) => container(person, "gitlab-runner", (one) => stop(one)),
  "removes Prometheus": (person) =>
    container(person, "prometheus", ({ id }, record) => {
      delete record.containers[id];
    }),
  "unmounts the disk": async (person) => {
    const { record } = await person.host();
    for (const point of Object.keys(record.mounts)) delete record.mounts[point];
    for (const one of Object.values(record.containers)) one.status = "exited";
  },
  "stops Docker": async (person) => {
    const { record } = await person.host();
    const unit = record.units["docker"];
    if (unit !== undefined) unit.active = false;
    for (const one of Object.values(record.containers)) one.status = "exited";
  },
  "installs another Docker": async (person) => {
    (await person.host()).record.packages["docker"] = "24.0.5";
  },
};

const inGitLab: Readonly<Record<string, Meddling>> = {
  "deletes a runner in GitLab": async (person) => {
    const [gone] = ours(person);
    const { runners } = gitlab(person).state;
    if (gone !== undefined) runners.splice(runners.indexOf(gone), 1);
  },
  "changes runners in GitLab": async (person) => {
    for (const runner of ours(person)) runner.attributes = { ...runner.attributes, tagList: ["other"], paused: true };
  },
  "lets a job begin on the manager": async (person) => {
    (await person.host()).record.manager.jobs = 1;
  },
  "lets jobs end": async (person) => {
    (await person.host()).record.manager.jobs = 0;
  },
};

/** All that people do, each by what it is. None deletes the data volume, or what is in it: that nobody could bring back. */
export const hostMeddlings: Readonly<Record<string, Meddling>> = {
  ...onTheHost,
  ...inGitLab,
  ...toTheAccount,
  ...byTheAccount,
};

export async function meddle(person: HostPerson, what: string): Promise<void> {
  await shrugging(async () => hostMeddlings[what]?.(person));
}

/** A host that people leave alone at last: jobs end, and its agent runs. */
export async function leaveAlone(person: HostPerson): Promise<void> {
  await meddle(person, "lets jobs end");
  await meddle(person, "starts the agent");
}

function gitlab({ world }: HostPerson) {
  if (world.hosts === undefined) throw new Error("no hosts run");
  return world.hosts.gitlab;
}

function ours(person: HostPerson) {
  return gitlab(person).state.runners.filter(({ attributes }) => /^acme/.test(attributes.description ?? ""));
}

async function agent(person: HostPerson, runs: boolean): Promise<void> {
  const { InstanceId } = await person.instance();
  const { registrations } = person.world.sandbox.state(ssmStateKey());
  const registration = registrations[InstanceId];
  if (registration !== undefined) registrations[InstanceId] = { ...registration, agentStopped: !runs };
}

async function edit(person: HostPerson, path: string, change: (text: string) => string, mode = 0o600): Promise<void> {
  const { files } = (await person.host()).files;
  const before = files.text(path);
  if (before !== undefined) files.write(path, change(before), mode);
}

type Container = HostRecord["containers"][string];

async function container(
  person: HostPerson,
  service: string,
  change: (container: Container, record: HostRecord) => void,
): Promise<void> {
  const { record } = await person.host();
  const found = Object.values(record.containers).find((one) => one.service === service);
  if (found !== undefined) change(found, record);
}

function stop(container: Container): void {
  container.status = "exited";
  container.stopped = true;
}

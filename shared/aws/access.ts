import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { EC2Client } from "@aws-sdk/client-ec2";
import { IAMClient } from "@aws-sdk/client-iam";
import { Route53Client } from "@aws-sdk/client-route-53";
import { S3Client } from "@aws-sdk/client-s3";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";
import type { Lease } from "../engine/lease.ts";
import { factsRequest, restoringMark } from "../resources/common/host-request.ts";
import { stackPaths } from "../resources/common/stack-files.ts";
import { backupReader, backupWriter } from "./backups.ts";
import { bucketReader } from "./bucket-reader.ts";
import { bucketWriter } from "./bucket-writer.ts";
import { type AwsConfig, readerClient, writerClient } from "./clients.ts";
import { type CommandSurroundings, commandReader, commandWriter } from "./commands.ts";
import { dnsReader, dnsWriter } from "./dns.ts";
import { hostReader } from "./host-reader.ts";
import { hostWriter } from "./host-writer.ts";
import { iamReader } from "./iam-reader.ts";
import { iamWriter } from "./iam-writer.ts";
import { identityReader } from "./identity.ts";
import { machinesMarker, machinesReader, machinesSweeper } from "./machines.ts";
import type { MachinesMarker, MachinesReader, MachinesSweeper } from "./machines-port.ts";
import { networkReader, networkWriter } from "./network.ts";
import { poolReader, poolWriter } from "./pool.ts";
import type { PoolReader } from "./pool-port.ts";
import type { Readers, Writers } from "./ports.ts";
import { instanceProbe } from "./probe.ts";
import type { InstanceProbe } from "./probe-port.ts";
import { snapshotReader, snapshotWriter } from "./snapshots.ts";

/** Everything that observing may ask of AWS, by clients that refuse to write. */
export function readersOf(config: AwsConfig, surroundings: CommandSurroundings): Readers {
  const ec2 = readerClient(config, (settings) => new EC2Client(settings));
  const s3 = readerClient(config, (settings) => new S3Client(settings));
  return {
    identity: identityReader(readerClient(config, (settings) => new STSClient(settings))),
    iam: iamReader(readerClient(config, (settings) => new IAMClient(settings))),
    network: networkReader(ec2),
    bucket: bucketReader(s3),
    backups: backupReader(s3),
    snapshots: snapshotReader(ec2),
    host: hostReader(
      ec2,
      readerClient(config, (settings) => new SSMClient(settings)),
    ),
    // Documents that only read are no writes; nothing else is sent by this client.
    commands: commandReader(
      readerClient(config, (settings) => new SSMClient(settings), ["SendCommand"]),
      surroundings,
      factsRequest([...Object.values(stackPaths), restoringMark]),
    ),
    dns: dnsReader(readerClient(config, (settings) => new Route53Client(settings))),
    pool: poolReaderOf(config, ec2),
  };
}

/** @param lease asked right before each attempt, and the fence of what is sent to hosts */
export function writersOf(
  config: AwsConfig,
  lease: Pick<Lease, "assertHeld" | "epoch" | "incarnation">,
  surroundings: CommandSurroundings,
): Writers {
  const beforeAttempt = () => lease.assertHeld();
  const ec2 = writerClient(config, (settings) => new EC2Client(settings), beforeAttempt);
  const ssm = writerClient(config, (settings) => new SSMClient(settings), beforeAttempt);
  const s3 = writerClient(config, (settings) => new S3Client(settings), beforeAttempt);
  return {
    iam: iamWriter(writerClient(config, (settings) => new IAMClient(settings), beforeAttempt)),
    network: networkWriter(ec2),
    bucket: bucketWriter(s3),
    backups: backupWriter(s3),
    snapshots: snapshotWriter(ec2),
    host: hostWriter(ec2, ssm),
    commands: commandWriter(ssm, surroundings, () => ({ incarnation: lease.incarnation, epoch: lease.epoch })),
    dns: dnsWriter(writerClient(config, (settings) => new Route53Client(settings), beforeAttempt)),
    pool: poolWriter(
      ec2,
      writerClient(config, (settings) => new AutoScalingClient(settings), beforeAttempt),
    ),
  };
}

/** Launch templates and Auto Scaling groups, by clients that refuse to write. */
export function poolReaderOf(
  config: AwsConfig,
  ec2 = readerClient(config, (settings) => new EC2Client(settings)),
): PoolReader {
  return poolReader(
    ec2,
    readerClient(config, (settings) => new AutoScalingClient(settings)),
  );
}

/** What looking for orphans asks of EC2. */
export function machinesReaderOf(config: AwsConfig): MachinesReader {
  return machinesReader(readerClient(config, (settings) => new EC2Client(settings)));
}

/** For who marks; it can't terminate. @param beforeAttempt see {@link writersOf} */
export function machinesMarkerOf(config: AwsConfig, beforeAttempt: () => void): MachinesMarker {
  return machinesMarker(writerClient(config, (settings) => new EC2Client(settings), beforeAttempt));
}

/** For who sweeps, with that role's credentials; it can't mark. @param beforeAttempt see {@link writersOf} */
export function machinesSweeperOf(config: AwsConfig, beforeAttempt: () => void): MachinesSweeper {
  return machinesSweeper(
    writerClient(config, (settings) => new EC2Client(settings), beforeAttempt),
    writerClient(config, (settings) => new AutoScalingClient(settings), beforeAttempt),
  );
}

/** For who asks instances by documents that only read; this client sends commands, and writes nothing else. */
export function instanceProbeOf(config: AwsConfig, surroundings: CommandSurroundings): InstanceProbe {
  return instanceProbe(
    readerClient(config, (settings) => new SSMClient(settings), ["SendCommand"]),
    surroundings,
  );
}

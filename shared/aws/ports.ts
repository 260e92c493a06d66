import type { BackupReader, BackupWriter, SnapshotReader, SnapshotWriter } from "./backups-port.ts";
import type { BucketReader, BucketWriter } from "./bucket-port.ts";
import type { CommandReader, CommandWriter } from "./commands-port.ts";
import type { DnsReader, DnsWriter } from "./dns-port.ts";
import type { HostReader, HostWriter } from "./host-port.ts";
import type { IamReader, IamWriter } from "./iam-port.ts";
import type { IdentityReader } from "./identity.ts";
import type { NetworkReader, NetworkWriter } from "./network-port.ts";
import type { PoolReader, PoolWriter } from "./pool-port.ts";

/**
 * What observing and planning are given: narrow ports of ours, each with the few calls that one area needs. Every call
 * answers plain JSON, or throws a Failure. What certainly isn't there is `undefined`; a listing is whole or it throws.
 */
export interface Readers {
  readonly identity: IdentityReader;
  readonly iam: IamReader;
  readonly network: NetworkReader;
  readonly bucket: BucketReader;
  readonly backups: BackupReader;
  readonly snapshots: SnapshotReader;
  readonly host: HostReader;
  readonly commands: CommandReader;
  readonly dns: DnsReader;
  readonly pool: PoolReader;
}

/** What applying is given. A writer can read too: a create whose name is taken must look whose it is. */
export interface Writers {
  readonly iam: IamWriter;
  readonly network: NetworkWriter;
  readonly bucket: BucketWriter;
  readonly backups: BackupWriter;
  readonly snapshots: SnapshotWriter;
  readonly host: HostWriter;
  readonly commands: CommandWriter;
  readonly dns: DnsWriter;
  readonly pool: PoolWriter;
}

import type { MetadataOptions } from "./instance-state.ts";
import type { VolumeRecord } from "./volume-state.ts";

/** A launch request once everything that it names has been looked up: plain data, so that a spot request can keep it. */
export interface LaunchSpec {
  readonly imageId: string;
  readonly instanceType: string;
  readonly architecture: "x86_64" | "arm64";
  readonly rootDeviceName: string;
  readonly subnetId: string;
  readonly groupIds: readonly string[];
  readonly keyName?: string;
  readonly profile?: { readonly arn: string; readonly id: string };
  /** Base64. */
  readonly userData?: string;
  readonly privateIp?: string;
  readonly publicIp: boolean;
  readonly interfaceDescription: string;
  readonly interfaceOutlives: boolean;
  readonly devices: readonly DeviceSpec[];
  readonly metadata: MetadataOptions;
  readonly monitoring: boolean;
  readonly ebsOptimized: boolean;
  readonly disableApiTermination: boolean;
  readonly disableApiStop: boolean;
  readonly shutdownBehavior: "stop" | "terminate";
}

export interface DeviceSpec extends Pick<VolumeRecord, "type" | "size" | "encrypted"> {
  readonly device: string;
  readonly iops?: number;
  readonly throughput?: number;
  readonly kmsKeyId?: string;
  readonly snapshotId?: string;
  readonly deleteOnTermination: boolean;
}

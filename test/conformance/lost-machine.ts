import { generateKeyPairSync, randomBytes } from "node:crypto";
import { EC2 } from "@aws-sdk/client-ec2";
import { NoSuchKey, S3 } from "@aws-sdk/client-s3";
import { SSM } from "@aws-sdk/client-ssm";
import type { Fleet } from "../../shared/desired/fleet.ts";
import { groupName } from "../../shared/desired/names.ts";
import { keysOf } from "../../shared/store/keys.ts";
import { endsAfter, imageOf } from "./with-instance.ts";

/** Where a life is played, and its state bucket. */
export interface Place {
  readonly aws: { readonly region: string; readonly endpoint?: string };
  readonly bucket: string;
}

/** How machines of a manager are named that nobody has read. */
const unread = "runner-fkverify-lost-%s";

/** A machine as a manager launches them, of which no manager knows. The smallest there is, for an hour or so. */
export class LostMachine {
  /** Its own, and its key pair's. */
  readonly name: string;
  /** Whether its key pair, which nothing tags, can be told to be the fleet's. */
  readonly named: boolean;
  readonly #fleet: Fleet;
  readonly #ec2: EC2;
  readonly #ssm: SSM;
  #id: string | undefined;

  private constructor({ aws }: Place, fleet: Fleet, template: string | undefined, now: number) {
    this.#fleet = fleet;
    this.#ec2 = new EC2(aws);
    this.#ssm = new SSM(aws);
    this.named = template !== undefined;
    const stamp = `${Math.floor(now / 1000)}-${randomBytes(4).toString("hex")}`;
    this.name = (template ?? unread).replace("%s", stamp);
  }

  /** Named as the fleet's manager names its machines, where it has been read. @param now epoch milliseconds */
  static async of(place: Place, fleet: Fleet, now: number): Promise<LostMachine> {
    return new LostMachine(place, fleet, (await templatesOf(place, fleet.metadata.name))[0], now);
  }

  get id(): string {
    return this.#id ?? "nothing that was launched";
  }

  /** The fleet's own host; undefined where it has none. */
  async host(): Promise<string | undefined> {
    const { Reservations } = await this.#ec2.describeInstances({
      Filters: [
        { Name: "tag:fleetkeeper:fleet", Values: [this.#fleet.metadata.name] },
        { Name: "tag:fleetkeeper:kind", Values: ["host"] },
        { Name: "instance-state-name", Values: ["running"] },
      ],
    });
    return Reservations?.[0]?.Instances?.[0]?.InstanceId;
  }

  /** As docker-machine does it, but for the directory on a manager's disk. @param manager whose tag it gets */
  async launch(manager: string): Promise<void> {
    const { metadata, spec } = this.#fleet;
    await this.#ec2.importKeyPair({ KeyName: this.name, PublicKeyMaterial: publicKey() });
    const { SecurityGroups = [] } = await this.#ec2.describeSecurityGroups({
      Filters: [
        { Name: "tag:fleetkeeper:fleet", Values: [metadata.name] },
        { Name: "group-name", Values: [groupName(metadata.name, "machine")] },
      ],
    });
    const tags = { Name: this.name, "fleetkeeper:fleet": metadata.name, "fleetkeeper:manager": manager };
    const { Instances } = await this.#ec2.runInstances({
      ...{ ImageId: await imageOf({ ssm: this.#ssm }), InstanceType: "t3.micro", MinCount: 1, MaxCount: 1 },
      ...endsAfter(360),
      KeyName: this.name,
      SubnetId: spec.network.machineSubnetIds[0],
      SecurityGroupIds: SecurityGroups.map(({ GroupId }) => GroupId ?? ""),
      IamInstanceProfile: { Name: spec.iam.machineRole.name },
      // Not after the launch as docker-machine does it: what dies in between would leave a machine that nobody finds.
      TagSpecifications: [
        { ResourceType: "instance", Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
      ],
    });
    this.#id = Instances?.[0]?.InstanceId;
  }

  /** Whether it ends or has ended. */
  async isGone(): Promise<boolean> {
    if (this.#id === undefined) return true;
    // Later than the last answer that could still be out of date: EC2 tells of an ended one for an hour.
    const { Reservations } = await this.#ec2.describeInstances({
      Filters: [{ Name: "instance-id", Values: [this.#id] }],
    });
    const state = Reservations?.[0]?.Instances?.[0]?.State?.Name;
    return state === "shutting-down" || state === "terminated";
  }

  async hasKeyPair(): Promise<boolean> {
    const { KeyPairs = [] } = await this.#ec2.describeKeyPairs({
      Filters: [{ Name: "key-name", Values: [this.name] }],
    });
    return KeyPairs.length > 0;
  }

  /** Whatever is left of it, by hand. */
  async end(): Promise<void> {
    if (this.#id !== undefined) await this.#ec2.terminateInstances({ InstanceIds: [this.#id] });
    await this.#ec2.deleteKeyPair({ KeyName: this.name });
  }
}

/** As collection remembers them; none where it never ran. */
async function templatesOf({ aws, bucket }: Place, fleet: string): Promise<readonly string[]> {
  const s3 = new S3({ ...aws, forcePathStyle: aws.endpoint !== undefined });
  try {
    const { Body } = await s3.getObject({ Bucket: bucket, Key: keysOf(fleet).ledger });
    const text = (await Body?.transformToString()) ?? "";
    return text.match(/runner-[^"]*%s[^"]*/g) ?? [];
  } catch (error) {
    if (error instanceof NoSuchKey) return [];
    throw error;
  }
}

/** Of a new pair whose private half nobody has. RFC 4253, section 6.6, and RFC 8709. */
function publicKey(): Uint8Array {
  const { x = "" } = generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" });
  const parts = [Buffer.from("ssh-ed25519"), Buffer.from(x, "base64url")].flatMap((part) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    return [length, part];
  });
  return Buffer.from(`ssh-ed25519 ${Buffer.concat(parts).toString("base64")} fleetkeeper`);
}

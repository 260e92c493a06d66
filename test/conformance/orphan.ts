import type { EC2 } from "@aws-sdk/client-ec2";
import type { Fleet } from "../../shared/desired/fleet.ts";

/** A machine that no manager knows, and its key pair. */
export interface Orphan {
  readonly id: string;
  isGone(): Promise<boolean>;
  /** Deletes both, whoever should have. */
  end(): Promise<void>;
}

interface Surroundings {
  readonly ec2: EC2;
  readonly fleet: Fleet;
  /** Epoch milliseconds. */
  readonly now: number;
}

const userData = "#!/bin/bash\ndnf install --assumeyes docker && systemctl enable --now docker\n";
/** A public key whose private half nobody has. */
const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBJ9qJm2m1kQz6Yx0oVq2q5m0o1n2p3q4r5s6t7u8v9w nobody";

/** Launches what docker-machine would for a section that is gone, and tells no manager of it. */
export async function makeOrphan({ ec2, fleet, now }: Surroundings): Promise<Orphan> {
  const { name } = fleet.metadata;
  // Whose it is, its tag and its profile say; of which section, nobody any more.
  const KeyName = `runner-lost0000-${name}-${Math.floor(now / 1000)}-0badcafe`;
  const images = await ec2.describeImages({
    Owners: ["amazon"],
    Filters: [
      { Name: "name", Values: ["al2023-ami-2023.*-x86_64"] },
      { Name: "architecture", Values: ["x86_64"] },
    ],
  });
  const newest = (images.Images ?? []).sort((a, b) => ((a.CreationDate ?? "") < (b.CreationDate ?? "") ? 1 : -1));
  await ec2.importKeyPair({ KeyName, PublicKeyMaterial: new TextEncoder().encode(publicKey) });
  const { Instances } = await ec2.runInstances({
    ImageId: newest[0]?.ImageId ?? "",
    InstanceType: "t3.micro",
    MinCount: 1,
    MaxCount: 1,
    KeyName,
    SubnetId: fleet.spec.network?.machineSubnetIds[0] ?? "",
    IamInstanceProfile: { Name: fleet.spec.iam.machineRole.name },
    UserData: Buffer.from(userData).toString("base64"),
    TagSpecifications: [
      {
        ResourceType: "instance",
        Tags: [
          { Key: "Name", Value: KeyName },
          { Key: "fleetkeeper:fleet", Value: name },
        ],
      },
    ],
  });
  const id = Instances?.[0]?.InstanceId ?? "";
  return {
    id,
    async isGone() {
      const { Reservations } = await ec2.describeInstances({ InstanceIds: [id] });
      const state = Reservations?.[0]?.Instances?.[0]?.State?.Name;
      const { KeyPairs = [] } = await ec2.describeKeyPairs({ Filters: [{ Name: "key-name", Values: [KeyName] }] });
      return state === "terminated" && KeyPairs.length === 0;
    },
    async end() {
      await ec2.terminateInstances({ InstanceIds: [id] }).catch(() => undefined);
      await ec2.deleteKeyPair({ KeyName });
    },
  };
}

import { EC2 } from "@aws-sdk/client-ec2";
import { IAM } from "@aws-sdk/client-iam";
import { S3 } from "@aws-sdk/client-s3";
import type { FleetWorld } from "../harness/fleet-world.ts";

/** What people use who don't care for Fleetkeeper. */
export interface PeopleClients {
  readonly ec2: EC2;
  readonly iam: IAM;
  readonly s3: S3;
}

export function peopleClients(world: FleetWorld): PeopleClients {
  const settings = { ...world.settings(), maxAttempts: 1 };
  return { ec2: new EC2(settings), iam: new IAM(settings), s3: new S3({ ...settings, forcePathStyle: true }) };
}

import { DeleteKeyPairCommand, DescribeKeyPairsCommand, ImportKeyPairCommand } from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { awsError, sdkWorld } from "../sdk-world.ts";

const PublicKeyMaterial = new TextEncoder().encode("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBJ9 runner");

describe("key pairs", () => {
  it("are imported under one name, listed with their age, and deleted however often", async () => {
    const { ec2, clock } = sdkWorld();
    const KeyName = "runner-t9wkyj-acme-1700000000-1a2b3c4d";
    await ec2.send(new ImportKeyPairCommand({ KeyName, PublicKeyMaterial }));
    const again = ec2.send(new ImportKeyPairCommand({ KeyName, PublicKeyMaterial }));
    await expect(again).rejects.toEqual(awsError("InvalidKeyPair.Duplicate"));
    const listed = await ec2.send(
      new DescribeKeyPairsCommand({ Filters: [{ Name: "key-name", Values: ["runner-*-acme-*"] }] }),
    );
    expect(listed.KeyPairs).toMatchObject([{ KeyName, CreateTime: new Date(clock.now()), Tags: [] }]);
    await ec2.send(new DeleteKeyPairCommand({ KeyName }));
    await ec2.send(new DeleteKeyPairCommand({ KeyName }));
    const gone = ec2.send(new DescribeKeyPairsCommand({ KeyNames: [KeyName] }));
    await expect(gone).rejects.toEqual(awsError("InvalidKeyPair.NotFound"));
  });

  it("need a key in a known format", async () => {
    const { ec2 } = sdkWorld();
    const bad = new ImportKeyPairCommand({ KeyName: "x", PublicKeyMaterial: new TextEncoder().encode("hello") });
    await expect(ec2.send(bad)).rejects.toEqual(awsError("InvalidKey.Format"));
  });
});

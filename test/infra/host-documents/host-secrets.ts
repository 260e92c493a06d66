import { PutParameterCommand } from "@aws-sdk/client-ssm";
import { planted } from "../../harness/host-fleet.ts";
import type { RunnerWorld } from "./runner-world.ts";

/** Puts a value that can't occur by chance under a secret's name. */
export async function putSecret(world: RunnerWorld, name: string, value = planted(name)): Promise<void> {
  const Name = `/fleetkeeper/acme/secrets/${name}`;
  await world.hosts.ssm.send(new PutParameterCommand({ Name, Value: value, Type: "SecureString", Overwrite: true }));
}

import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { readOrAbsent } from "./answer.ts";
import { type AwsConfig, readerClient } from "./clients.ts";

/** For a person who asks for it; nothing else of Fleetkeeper reads secrets. Undefined: there is none of that name. */
export function readSecret(config: AwsConfig, name: string): Promise<string | undefined> {
  const client = readerClient(config, (settings) => new SSMClient(settings));
  return readOrAbsent(`reading the secret ${name}`, async () => {
    const answer = await client.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
    return answer.Parameter?.Value;
  });
}

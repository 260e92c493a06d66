import type { AwsCall } from "../../shared/aws/call.ts";
import type { AwsConfig } from "../../shared/aws/clients.ts";
import { workerCredentials } from "../../shared/aws/worker-credentials.ts";
import { version } from "../../shared/version.ts";
import { required } from "./environment.ts";
import type { FunctionProcess } from "./function-process.ts";

/** AWS with the function's own role: assume workers, list fleets, invoke functions, nothing of a fleet's. */
export function functionAws(process: FunctionProcess, onCall?: (call: AwsCall) => void): AwsConfig {
  const endpoint = process.env["AWS_ENDPOINT_URL"];
  return {
    region: required(process, "AWS_REGION"),
    ...(endpoint === undefined || endpoint === "" ? {} : { endpoint }),
    ...process.connection,
    version,
    monotonic: process.monotonic,
    ...(onCall === undefined ? {} : { onCall }),
  };
}

/** AWS as one fleet's worker. @throws Failure where the worker can't be assumed: that is the function's own trouble */
export async function fleetAws(own: AwsConfig, process: FunctionProcess, fleet: string): Promise<AwsConfig> {
  const credentials = workerCredentials(own, {
    roleArn: required(process, "FLEETKEEPER_WORKER_ROLE"),
    fleet,
    sessionName: fleet,
    now: process.now,
  });
  await credentials();
  return { ...own, credentials };
}

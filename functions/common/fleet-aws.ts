import type { AwsCall } from "../../shared/aws/call.ts";
import type { AwsConfig } from "../../shared/aws/clients.ts";
import { workerCredentials } from "../../shared/aws/worker-credentials.ts";
import { version } from "../../shared/version.ts";
import { required, type Variable } from "./environment.ts";
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
  const credentials = credentialsOf(own, process, fleet, "FLEETKEEPER_WORKER_ROLE");
  await credentials();
  return { ...own, credentials };
}

/** AWS as who asks one fleet's machines for their jobs, and may do nothing else. Assumed by the first question. */
export function askingAws(own: AwsConfig, process: FunctionProcess, fleet: string): AwsConfig {
  return { ...own, credentials: credentialsOf(own, process, fleet, "FLEETKEEPER_ASK_ROLE") };
}

function credentialsOf(own: AwsConfig, process: FunctionProcess, fleet: string, role: Variable) {
  return workerCredentials(own, { roleArn: required(process, role), fleet, sessionName: fleet, now: process.now });
}

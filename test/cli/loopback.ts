import { Person } from "../../cli/demo/person.ts";
import { createSandbox } from "../../sandbox/aws.ts";
import { wallClock } from "../../sandbox/clock.ts";
import { listen } from "../../sandbox/listen.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { fleetkeeper, type Ran } from "./terminal.ts";

export interface Loopback extends AsyncDisposable {
  readonly aws: Sandbox;
  readonly person: Person;
  readonly url: string;
  /** Runs a command with the environment that `fleetkeeper sandbox` tells its user to set. */
  type(line: string | readonly string[]): Promise<Ran>;
}

/** The embedded AWS on loopback with a state bucket in it, as a user has it after `fleetkeeper sandbox`. */
export async function loopback(bucket = "state"): Promise<Loopback> {
  const clock = wallClock(Date.now);
  const aws = createSandbox({ clock });
  const { url, close } = await listen(aws);
  const region = "eu-central-1";
  const person = new Person({
    region,
    endpoint: url,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  await person.makeBucket(bucket);
  const options = ["--endpoint-url", url, "--bucket", bucket];
  return {
    aws,
    person,
    url,
    type: (line) =>
      fleetkeeper(
        [...(typeof line === "string" ? line.split(" ") : line), ...options],
        { AWS_REGION: region },
        process.cwd(),
        // What a command would wait for comes at once.
        { now: clock.now, sleep: clock.advance },
      ),
    [Symbol.asyncDispose]: close,
  };
}

import { EC2 } from "@aws-sdk/client-ec2";
import { IAM } from "@aws-sdk/client-iam";
import { S3 } from "@aws-sdk/client-s3";
import { createSandbox } from "../../sandbox/aws.ts";
import { VirtualClock } from "../../sandbox/clock.ts";
import { SandboxHandler } from "../../sandbox/sdk-handler.ts";
import { readersOf, writersOf } from "../../shared/aws/access.ts";
import type { AwsConfig } from "../../shared/aws/clients.ts";
import type { Readers } from "../../shared/aws/ports.ts";
import type { Fleet } from "../../shared/desired/fleet.ts";
import type { Action } from "../../shared/engine/action.ts";
import { targetKey } from "../../shared/engine/action.ts";
import { difference } from "../../shared/engine/diff.ts";
import type { Json } from "../../shared/engine/json.ts";
import { type Look, observe } from "../../shared/engine/observe.ts";
import { fleetKinds } from "../../shared/reconciler/kinds.ts";

const kinds = fleetKinds({ bucket: "acme-state" });

/** The embedded AWS, and the three kinds on it by the real SDK. */
export function cloud(options: Partial<Parameters<typeof createSandbox>[0]> = {}) {
  const sandbox = createSandbox({ clock: new VirtualClock(), ...options });
  const config = {
    region: "eu-central-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    requestHandler: new SandboxHandler(sandbox),
  };
  const aws: AwsConfig = { ...config, retry: { attempts: 1, mode: "standard", baseDelay: 0 } };
  const surroundings = { clock: sandbox.clock, newId: () => sandbox.random.uuid() };
  const readers = readersOf(aws, surroundings);
  const writers = writersOf(aws, { assertHeld: () => undefined, epoch: 1, incarnation: "test" }, surroundings);
  const inventory: Record<string, readonly string[]> = {};

  const look = (fleet: Fleet) => observe({ fleet, kinds, readers, inventory, memory: new Map(), now: 0 });
  const plan = async (fleet: Fleet) => difference(fleet, await look(fleet), 0);
  const apply = async (fleet: Fleet, actions: readonly Action[], seen: Look<Fleet, Readers>) => {
    const outputs = new Map(seen.outputs);
    for (const action of actions) {
      const { kind: name } = action.target;
      const kind = kinds.find((each) => each.kind === name);
      const found = seen.kinds.get(name);
      if (kind === undefined || found === undefined) throw new Error(`no kind ${name}`);
      inventory[name] = [...new Set([...(inventory[name] ?? []), action.target.name])];
      const observed = found.observations.get(action.target.name);
      const result = await kind.apply({
        fleet,
        action,
        desired: found.desired.get(action.target.name),
        observed: observed?.state === "present" ? observed.value : undefined,
        outputs,
        writers,
        now: 0,
      });
      if (result.state === "done" && result.outputs !== undefined)
        outputs.set(targetKey(action.target), result.outputs);
    }
  };
  /** Observes, compares and applies what may be applied without a person, until nothing is left to do. */
  const converge = async (
    fleet: Fleet,
    also: (action: Action) => boolean = () => false,
  ): Promise<readonly Action[]> => {
    const done: Action[] = [];
    for (let round = 0; round < 4; round += 1) {
      const seen = await look(fleet);
      const { actions, unknown } = difference(fleet, seen, 0);
      if (unknown.length > 0) throw new Error(JSON.stringify(unknown));
      const admitted = actions.filter(
        (action) =>
          action.ownership !== "foreign" &&
          action.refused === undefined &&
          (action.risk !== "destructive" || also(action)),
      );
      if (admitted.length === 0) return done;
      await apply(fleet, admitted, seen);
      done.push(...admitted);
    }
    throw new Error(`doesn't settle: ${JSON.stringify((await plan(fleet)).actions, null, 2)}`);
  };
  const stateOf = async (fleet: Fleet, kind: string, name: string): Promise<Json> => {
    const seen = (await look(fleet)).kinds.get(kind)?.observations.get(name);
    return seen?.state === "present" ? seen.value : null;
  };
  const client = { ...config, maxAttempts: 1 };
  /** What a person uses who doesn't care for Fleetkeeper. */
  const person = { ec2: new EC2(client), iam: new IAM(client), s3: new S3(client) };
  const s3In = (region: string) => new S3({ ...client, region });
  return { sandbox, person, s3In, readers, writers, inventory, look, plan, apply, converge, stateOf };
}

import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { parseDocument } from "yaml";
import { parseFleet } from "../../shared/desired/fleet.ts";
import { secretPath } from "../../shared/desired/names.ts";
import { secretNames } from "../../shared/desired/secret-names.ts";
import { compose } from "../../shared/resources/stack/pins.ts";
import { FleetWorld, sampleFile } from "../harness/fleet-world.ts";
import { type Cost, cost } from "./cost.ts";
import { type Bench, type Measurement, measured } from "./measurement.ts";
import { ready } from "./reconcile.ts";

const mostRuns = 40;

/** The host and what runs on it; then the whole sample, with backups and runners, each idle. */
export const hostBench: Bench = {
  name: "host",
  async run(): Promise<readonly Measurement[]> {
    const sample = await sampleFile("acme");
    const document = parseDocument(sample);
    for (const path of [
      ["spec", "runners"],
      ["spec", "host", "backups"],
    ])
      document.deleteIn(path);
    const host = await idleCost(String(document));
    const all = await idleCost(sample);
    return [
      measured("host from nothing: runs a minute apart until Ready", host.runs, "runs", 12),
      measured("no-op with a host: critical path beside the command's own time", host.idle.path, "round trips", 8),
      measured("no-op with a host: calls", host.idle.calls, "calls", 40),
      measured("no-op with a host: commands", host.idle.commands, "commands", 1),
      measured("no-op with a host: writes beside lease and heartbeat", host.idle.writes, "writes", 0),
      measured("whole sample from nothing: runs a minute apart until Ready", all.runs, "runs", 12),
      // Backups add a bucket, runners two more questions to the host, a pool its template and its group, collection its look at
      // EC2.
      measured("no-op of the whole sample: calls", all.idle.calls, "calls", 70),
      measured("no-op of the whole sample: commands", all.idle.commands, "commands", 3),
      measured("no-op of the whole sample: writes beside lease and heartbeat", all.idle.writes, "writes", 0),
    ];
  },
};

interface IdleCost {
  readonly runs: number;
  readonly idle: Cost;
}

/** Runs a minute apart until all is Ready, then one more by a process of its own. */
async function idleCost(body: string): Promise<IdleCost> {
  const artifacts = { [compose.x86_64.url]: compose.x86_64.sha256 };
  const world = await FleetWorld.open({ hosts: { artifacts } });
  try {
    await makeSecrets(world, body);
    const first = await world.reconciler();
    await world.push(first, "acme", body, 1);
    let runs = 0;
    for (let end = ""; end !== "Ready"; runs += 1) {
      if (runs === mostRuns) throw new Error(`the host isn't ready after ${runs} runs: ${end}`);
      ({ end } = await world.run(first, "acme"));
      await world.clock.advance(60_000);
    }
    // Its collection remembers what the settled fleet told of its managers: that once is no no-op.
    await world.run(first, "acme");
    await world.clock.advance(60_000);
    const second = await world.reconciler();
    return { runs, idle: await cost(world, () => ready(world, world.run(second, "acme"))) };
  } finally {
    await world.close();
  }
}

async function makeSecrets(world: FleetWorld, body: string): Promise<void> {
  const parsed = parseFleet(body, "acme");
  if (!parsed.ok) throw new Error("the sample is not valid");
  const ssm = new SSMClient(world.settings());
  for (const name of secretNames(parsed.fleet)) {
    const Name = secretPath("acme", name);
    await ssm.send(new PutParameterCommand({ Name, Type: "SecureString", Value: "a secret of the bench" }));
  }
}

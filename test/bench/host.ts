import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { parseFleet } from "../../shared/desired/fleet.ts";
import { secretPath } from "../../shared/desired/names.ts";
import { secretNames } from "../../shared/desired/secret-names.ts";
import { compose } from "../../shared/resources/stack/pins.ts";
import { FleetWorld, sampleFile } from "../harness/fleet-world.ts";
import { cost } from "./cost.ts";
import { type Bench, type Measurement, measured } from "./measurement.ts";
import { ready } from "./reconcile.ts";

const mostRuns = 40;

/** The whole sample, its GitLab host up and running: what a run costs that finds everything as declared. */
export const hostBench: Bench = {
  name: "host",
  async run(): Promise<readonly Measurement[]> {
    const artifacts = { [compose.x86_64.url]: compose.x86_64.sha256 };
    const world = await FleetWorld.open({ hosts: { artifacts } });
    try {
      const body = await sampleFile("acme");
      await makeSecrets(world, body);
      const first = await world.reconciler();
      await world.push(first, "acme", body, 1);
      let runs = 0;
      for (let end = ""; end !== "Ready"; runs += 1) {
        if (runs === mostRuns) throw new Error(`the host isn't ready after ${runs} runs: ${end}`);
        ({ end } = await world.run(first, "acme"));
        await world.clock.advance(60_000);
      }
      const second = await world.reconciler();
      const idle = await cost(world, () => ready(world, world.run(second, "acme")));
      return [
        measured("host from nothing: runs a minute apart until Ready", runs, "runs", mostRuns),
        measured("no-op with a host: critical path beside the command's own time", idle.path, "round trips", 8),
        measured("no-op with a host: calls", idle.calls, "calls", 40),
        measured("no-op with a host: commands", idle.commands, "commands", 1),
        measured("no-op with a host: writes beside lease and heartbeat", idle.writes, "writes", 0),
      ];
    } finally {
      await world.close();
    }
  },
};

async function makeSecrets(world: FleetWorld, body: string): Promise<void> {
  const parsed = parseFleet(body, "acme");
  if (!parsed.ok) throw new Error("the sample is not valid");
  const ssm = new SSMClient(world.settings());
  for (const name of secretNames(parsed.fleet)) {
    const Name = secretPath("acme", name);
    await ssm.send(new PutParameterCommand({ Name, Type: "SecureString", Value: "a secret of the bench" }));
  }
}

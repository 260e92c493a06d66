import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test, vi } from "vitest";
import { parseDocument } from "yaml";
import { listen } from "../../sandbox/listen.ts";
import { parseFleet } from "../../shared/desired/fleet.ts";
import { fleetkeeper } from "../cli/terminal.ts";
import { sampleFile } from "../harness/fleet-world.ts";
import { HostFleet } from "../harness/host-fleet.ts";
import { playLife } from "./life.ts";

beforeAll(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
});

/** The sample with one fleet of runners, and nothing that would outlive it. */
async function mortalSample(): Promise<string> {
  const document = parseDocument(await sampleFile("acme"));
  document.deleteIn(["spec", "runners", "fleets", 1]);
  document.deleteIn(["spec", "host", "backups"]);
  document.deleteIn(["spec", "maintenance"]);
  document.setIn(["spec", "cache", "deletionPolicy"], "Delete");
  document.setIn(["spec", "host", "dataVolume", "deletionPolicy"], "Delete");
  return String(document);
}

test("a fleet with a GitLab host and runners is made, at rest, drifted, healed, loses a machine and is destroyed, as verify:aws plays it", async () => {
  const body = await mortalSample();
  const parsed = parseFleet(body, "acme");
  if (!parsed.ok) throw new Error("the sample is not valid");
  const host = await HostFleet.open(true, () => body);
  const { world } = host;
  const server = await listen(world.sandbox);
  const folder = await mkdtemp(join(tmpdir(), "life-"));
  const said: string[] = [];
  try {
    const file = join(folder, "acme.fleet.yaml");
    await writeFile(file, body);
    const time = { now: () => world.clock.now(), sleep: (milliseconds: number) => world.clock.sleep(milliseconds) };
    const options = ["--endpoint-url", server.url, "--bucket", "fleetkeeper-state"];
    const type = (line: readonly string[]) =>
      fleetkeeper([...line, ...options], { AWS_REGION: "eu-central-1" }, folder, time);
    const held = await playLife(
      {
        type,
        sweep: async () => (await type(["gc", "--sweep"])).stdout,
        aws: { region: "eu-central-1", endpoint: server.url },
        bucket: "fleetkeeper-state",
        say: (line) => said.push(line),
        now: time.now,
        wait: time.sleep,
      },
      { file, fleet: parsed.fleet, deadline: Number.POSITIVE_INFINITY },
    );
    expect(said.filter((line) => !line.startsWith("  ok  "))).toEqual([]);
    expect(held).toBe(true);
    expect(said).toHaveLength(5);
  } finally {
    await server.close();
    await host.close();
    await rm(folder, { recursive: true });
  }
});

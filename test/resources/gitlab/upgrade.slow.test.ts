import { expect, test } from "vitest";
import { actionsOn, HostFleet } from "../../harness/host-fleet.ts";

const noWindows = (body: string) => body.replace(/\n {2}maintenance:[\s\S]*?(?=\n {2}notifications:)/, "\n");
const at = (version: string) => (body: string) =>
  noWindows(body).replace(/(\n\s+version: )19\.\d+\.\d+/, `$1${version}`);

test("a fleet goes from 17.8 to 18.2 over its required stops, with a backup before each, PostgreSQL in between, and then rests", async () => {
  const fleet = await HostFleet.open(true, at("17.8.7"));
  try {
    await fleet.settle(20);
    if (fleet.world.hosts !== undefined) fleet.world.hosts.state.postgresqlOptOut = true;
    await fleet.push(at("18.2.8"));
    const records = await fleet.settle(40);
    const actions = records.flatMap((record) => actionsOn(record, "gitlab/version"));
    expect(actions.filter((action, index) => action !== actions[index - 1])).toMatchInlineSnapshot(`
      [
        "update image",
        "update version",
        "update backup",
        "update postgresql",
        "update image",
        "update version",
      ]
    `);
    const again = await fleet.run();
    expect(again.actions).toEqual([]);
  } finally {
    await fleet.close();
  }
});

import { expect, test } from "vitest";
import { stackPaths } from "../../../shared/resources/common/stack-files.ts";
import { actionsOn, HostFleet } from "../../harness/host-fleet.ts";
import { noRunnerHosts } from "../../harness/hosts-here.ts";

test.skipIf(noRunnerHosts !== undefined)(
  "the sample comes from nothing to Ready, is then asked by one question, and a broken compose file is put right",
  async () => {
    const fleet = await HostFleet.open(true);
    try {
      await fleet.settle(15);
      fleet.world.sandbox.calls.clear();
      const quiet = await fleet.run();
      expect(quiet.end).toBe("Ready");
      expect(quiet.actions).toEqual([]);
      const sent = fleet.world.sandbox.calls.all().filter(({ operation }) => operation === "SendCommand");
      expect(sent.map(({ input }) => input["DocumentName"]).sort()).toEqual([
        "fleetkeeper-facts",
        "fleetkeeper-list-machines",
        "fleetkeeper-read-runner",
      ]);
      const { files } = await fleet.host();
      files.files.write(stackPaths.compose, "services: {}\n", 0o644);
      const [found] = await fleet.settle(2);
      expect(actionsOn(found ?? expect.fail(), "stack/files/compose")).toEqual([
        `update file[${stackPaths.compose}].intact`,
      ]);
      expect(files.files.text(stackPaths.compose)).toContain("GITLAB_IMAGE");
    } finally {
      await fleet.close();
    }
  },
  600_000,
);

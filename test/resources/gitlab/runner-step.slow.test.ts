import { expect, test } from "vitest";
import { HostFleet } from "../../harness/host-fleet.ts";
import { atVersion } from "../../harness/upgraded-fleet.ts";

const file = (gitlab: string, runner: string) => (body: string) =>
  atVersion(gitlab)(body).replace("version: 19.5.1", `version: ${runner}`);

test("the runner follows GitLab to its minor version, drained first, and only once GitLab has arrived", async () => {
  const fleet = await HostFleet.open(true, file("19.2.7", "19.2.1"));
  try {
    await fleet.settle(20);
    const images = async () => {
      const { record } = await fleet.host();
      const of = (service: string) => Object.values(record.containers).find((one) => one.service === service)?.image;
      return { gitlab: of("gitlab") ?? "", runner: of("gitlab-runner") ?? "" };
    };
    expect((await images()).runner).toMatch(/:v19\.2\.1-/);
    const { record } = await fleet.host();
    const before = record.calls.length;
    await fleet.push(file("19.5.3", "19.5.1"));
    await fleet.settle(40);
    expect(await images()).toEqual({
      gitlab: "gitlab/gitlab-ee:19.5.3-ee.0",
      runner: expect.stringMatching(/:v19\.5\.1-/),
    });
    const done = record.calls.slice(before).flatMap(({ program, args }) => {
      const line = `${program} ${args.join(" ")}`;
      if (/ up .*gitlab$/.test(line)) return ["GitLab's step"];
      if (/ build .*gitlab-runner$/.test(line)) return ["the runner's image built"];
      if (/kill --signal QUIT/.test(line)) return ["the runner told to finish"];
      return / up .*gitlab-runner$/.test(line) ? ["the runner's new container"] : [];
    });
    const once = done.filter((one, index) => done.indexOf(one) === index);
    expect(once).toEqual([
      "GitLab's step",
      "the runner's image built",
      "the runner told to finish",
      "the runner's new container",
    ]);
    expect(await fleet.unsettled()).toEqual([]);
  } finally {
    await fleet.close();
  }
});

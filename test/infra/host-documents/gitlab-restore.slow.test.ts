import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { composeRequest, writeFilesRequest } from "../../../shared/resources/common/host-request.ts";
import { restoreRequest } from "../../../shared/resources/gitlab/host-requests.ts";
import { gitLabImage } from "../../../shared/resources/gitlab/upgrade-step.ts";
import { codeOf, GitLabWorld, place } from "../../harness/gitlab-world.ts";

describe("a restore", { shuffle: false }, () => {
  let world: GitLabWorld;
  const id = "20261124T130000Z-scheduled";
  beforeAll(async () => {
    world = await GitLabWorld.open(gitLabImage("ee", "18.2.8"));
    await world.use({ projects: 12, users: 5 });
  });
  afterAll(() => world.close());

  it("brings everything back into a fresh host of the same version, and says so only once it can decrypt it", async () => {
    const manifest = await world.backUp(id);
    expect(codeOf(await world.host.send(restoreRequest(manifest, place, false)))).toBe("NotFresh");
    world.host.volumeId = "";
    await world.host.launch();
    await world.install(gitLabImage("ee", "18.2.8"));
    expect(await world.check()).toMatchObject({ projects: 0, users: 1, restoring: null });

    const data = await world.object(manifest.parts.data.key);
    await world.put(manifest.parts.data.key, data.slice(0, -100));
    expect(codeOf(await world.host.send(restoreRequest(manifest, place, false)))).toBe("ChecksumDiffers");
    expect(await world.check()).toMatchObject({ projects: 0, readiness: 200, restoring: null });
    await world.put(manifest.parts.data.key, data);

    expect(await world.host.done(restoreRequest(manifest, place, false))).toEqual({ state: "starting" });
    expect(await world.check()).toMatchObject({ restoring: id });
    expect(await world.host.done(restoreRequest(manifest, place, false))).toEqual({ state: "starting" });
    await world.host.clock.advance(3 * 60_000);
    expect(await world.host.done(restoreRequest(manifest, place, false))).toEqual({
      state: "restored",
      projects: 12,
      users: 5,
    });
    expect(await world.check()).toMatchObject({ projects: 12, readiness: 200, restoring: null });
  });

  it("of another version is refused before anything is touched", async () => {
    const manifest = await world.backUp("20261124T150000Z-requested");
    await world.host.done(
      writeFilesRequest([
        { path: "/srv/fleetkeeper/stack/.env", content: `GITLAB_IMAGE=${gitLabImage("ee", "18.3.1")}\n`, mode: "0644" },
      ]),
    );
    await world.host.done(composeRequest("up", ["gitlab"]));
    await world.host.clock.advance(10 * 60_000);
    expect(codeOf(await world.host.send(restoreRequest(manifest, place, true)))).toBe("OtherVersion");
    expect(await world.check()).toMatchObject({ projects: 12, restoring: null });
  });
});

import { expect, test } from "vitest";
import { SandboxHandler } from "../../sandbox/sdk-handler.ts";
import { processIn, s3World } from "./s3-world.ts";

test("a bucket that doesn't exist, is another account's or is in another region is said to be that", async () => {
  const world = await s3World();
  const { store: missing } = processIn(world, "ada", new SandboxHandler(world.sandbox), { bucket: "no-such-bucket" });
  await expect(missing.get("k")).rejects.toMatchObject({
    code: "BucketMissing",
    hint: expect.stringMatching(/--bucket/),
  });
  const { store: elsewhere } = processIn(world, "ada", new SandboxHandler(world.sandbox), { region: "us-west-2" });
  await expect(elsewhere.get("k")).rejects.toMatchObject({
    code: "WrongRegion",
    hint: expect.stringContaining("eu-central-1"),
  });
  await expect(elsewhere.put("k", "x")).rejects.toMatchObject({ code: "WrongRegion" });
  const { store: foreign } = processIn(world, "ada", new SandboxHandler(world.sandbox), { account: "999999999999" });
  await expect(foreign.get("k")).rejects.toMatchObject({ code: "AccessDenied" });
});

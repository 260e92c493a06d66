import type { S3 } from "@aws-sdk/client-s3";
import fc from "fast-check";
import { expect, test } from "vitest";
import { worldWithBucket } from "../world.ts";

/** What S3 promises of one key, as plainly as it can be said. */
interface ModelVersion {
  readonly body: string | undefined;
  readonly etag: string | undefined;
  readonly id: string;
}

type Step =
  | {
      readonly do: "put";
      readonly key: string;
      readonly body: string;
      readonly if: "none" | "absent" | "current" | "stale";
    }
  | { readonly do: "delete"; readonly key: string; readonly if: "none" | "current" | "stale" }
  | { readonly do: "deleteVersion"; readonly key: string; readonly nth: number }
  | { readonly do: "versioning"; readonly status: "Enabled" | "Suspended" };

const key = fc.constantFrom("a", "b");
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("put" as const),
      key,
      body: fc.stringMatching(/^[a-z]{0,3}$/),
      if: fc.constantFrom("none" as const, "absent" as const, "current" as const, "stale" as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("delete" as const),
      key,
      if: fc.constantFrom("none" as const, "current" as const, "stale" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("deleteVersion" as const), key, nth: fc.nat(3) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("versioning" as const),
      status: fc.constantFrom("Enabled" as const, "Suspended" as const),
    }),
  },
);

class Model {
  versioning: "Enabled" | "Suspended" | undefined;
  readonly keys = new Map<string, ModelVersion[]>();

  versions(of: string): ModelVersion[] {
    return this.keys.get(of) ?? [];
  }

  current(of: string): ModelVersion | undefined {
    const newest = this.versions(of)[0];
    return newest?.body === undefined ? undefined : newest;
  }

  add(of: string, version: ModelVersion): void {
    this.set(of, [version, ...this.versions(of).filter((other) => other.id !== version.id)]);
  }

  set(of: string, versions: ModelVersion[]): void {
    if (versions.length === 0) this.keys.delete(of);
    else this.keys.set(of, versions);
  }
}

async function play(step: Step, model: Model, s3: S3, Bucket: string): Promise<void> {
  if (step.do === "versioning") {
    await s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: step.status } });
    model.versioning = step.status;
    return;
  }
  const { key: Key } = step;
  const before = model.current(Key);
  if (step.do === "put") {
    const condition =
      step.if === "absent" ? { IfNoneMatch: "*" } : step.if === "none" ? {} : { IfMatch: tag(step.if, before) };
    const put = s3.putObject({ Bucket, Key, Body: step.body, ...condition });
    const refused =
      step.if === "absent"
        ? before !== undefined
        : step.if === "none"
          ? false
          : before === undefined || step.if === "stale";
    if (refused) {
      const name = step.if !== "absent" && before === undefined ? "NoSuchKey" : "PreconditionFailed";
      await expect(put).rejects.toMatchObject({ name });
      return;
    }
    const { ETag, VersionId } = await put;
    if (model.versioning === undefined) expect(VersionId).toBeUndefined();
    model.add(Key, { body: step.body, etag: ETag, id: VersionId ?? "null" });
  } else if (step.do === "delete") {
    const newest = model.versions(Key)[0];
    const condition = step.if === "none" ? {} : { IfMatch: tag(step.if, before) };
    const gone = s3.deleteObject({ Bucket, Key, ...condition });
    if (step.if !== "none" && (newest === undefined || before === undefined || step.if === "stale")) {
      const name = newest === undefined ? "NoSuchKey" : "PreconditionFailed";
      await expect(gone).rejects.toMatchObject({ name });
      return;
    }
    const { VersionId, DeleteMarker } = await gone;
    expect(DeleteMarker ?? false).toBe(model.versioning !== undefined);
    if (model.versioning === undefined) model.set(Key, []);
    else model.add(Key, { body: undefined, etag: undefined, id: VersionId ?? "" });
  } else {
    const victim = model.versions(Key)[step.nth];
    if (victim === undefined) return;
    await s3.deleteObject({ Bucket, Key, VersionId: victim.id });
    model.set(
      Key,
      model.versions(Key).filter((version) => version !== victim),
    );
  }
}

function tag(which: "current" | "stale", before: ModelVersion | undefined): string {
  return which === "current" && before?.etag !== undefined ? before.etag : '"stale"';
}

test("whatever is put and deleted, under whatever conditions, reads and listings agree with it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const { s3, Bucket } = await worldWithBucket({ pageSize: 2 });
      const model = new Model();
      for (const next of steps) await play(next, model, s3, Bucket);
      for (const Key of ["a", "b"]) {
        const expected = model.current(Key);
        const got = await s3.getObject({ Bucket, Key }).catch(() => undefined);
        expect(await got?.Body?.transformToString()).toBe(expected?.body);
        expect(got?.ETag).toBe(expected?.etag);
        const listed = await s3.listObjectVersions({ Bucket, Prefix: Key, MaxKeys: 100 });
        const ids = [...(listed.Versions ?? []), ...(listed.DeleteMarkers ?? [])].map((version) => version.VersionId);
        expect(ids.sort()).toEqual(
          model
            .versions(Key)
            .map((version) => version.id)
            .sort(),
        );
      }
      const { Contents = [] } = await s3.listObjectsV2({ Bucket });
      expect(Contents.map((object) => object.Key)).toEqual(
        ["a", "b"].filter((Key) => model.current(Key) !== undefined),
      );
    }),
    { numRuns: 60 },
  );
});

import type { Installation } from "../installation.ts";
import type { Grant } from "./grant.ts";
import { fleetNameReads } from "./state-grants.ts";

/** Pushing the files of some fleets, from the default branch. */
export function pushGrants(installation: Installation, fleets: readonly string[]): readonly Grant[] {
  const { s3, bucket } = installation;
  return [
    {
      sid: "PushFiles",
      why: "The project's own fleets' files, what is in force of them, and whether one is being destroyed: a lower sequence is refused, and so is any push then.",
      actions: ["s3:GetObject"],
      resources: fleets.flatMap((fleet) => [
        s3(`${bucket}/fleets/${fleet}/accepted.yaml`),
        s3(`${bucket}/fleets/${fleet}/desired.yaml`),
        s3(`${bucket}/fleets/${fleet}/holds.json`),
      ]),
    },
    {
      sid: "PutFiles",
      why: "By a conditional write.",
      actions: ["s3:PutObject"],
      resources: fleets.map((fleet) => s3(`${bucket}/fleets/${fleet}/desired.yaml`)),
    },
    {
      sid: "SeeWhatIsMissing",
      why: "A first push finds no file: without this S3 would answer 403.",
      actions: ["s3:ListBucket"],
      resources: [s3(bucket)],
      conditions: { StringLikeIfExists: { "s3:prefix": fleets.map((fleet) => `fleets/${fleet}/*`) } },
    },
    fleetNameReads(installation),
    ...planGrants(installation),
  ];
}

/** Planning, from every branch: the function can't write. */
export function planGrants({ functions, arn }: Pick<Installation, "functions" | "arn">): readonly Grant[] {
  return [
    {
      sid: "Plan",
      why: "The plan of a merge request.",
      actions: ["lambda:InvokeFunction"],
      resources: [arn("lambda", `function:${functions.plan}`)],
    },
  ];
}

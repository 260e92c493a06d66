import type * as client from "@aws-sdk/client-s3";
import type { Operations } from "../../service.ts";
import { ServiceError } from "../../service-error.ts";
import { bucketOf, checkBucketName, checkedTags, own, type S3Context } from "./bucket.ts";
import { defaultConfiguration } from "./configuration.ts";
import { pageOf } from "./page.ts";
import type { BucketState, S3State } from "./state.ts";

/** Buckets themselves. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html */
export const bucketOperations: Operations<typeof client, S3State> = {
  CreateBucket(input, context) {
    const { state } = context;
    const name = input.Bucket ?? "";
    checkBucketName(name);
    const region = regionFor(input.CreateBucketConfiguration?.LocationConstraint, context);
    const location = { Location: region === "us-east-1" ? `/${name}` : `http://${name}.s3.amazonaws.com/` };
    const existing = own(state.buckets, name);
    if (existing !== undefined) {
      // For old clients' sake, us-east-1 takes a second creation for done.
      if (existing.region === "us-east-1" && context.region === "us-east-1") return location;
      throw taken("BucketAlreadyOwnedByYou", name);
    }
    if (own(state.foreign, name) !== undefined) throw taken("BucketAlreadyExists", name);
    const ownership = input.ObjectOwnership ?? "BucketOwnerEnforced";
    if (input.ACL !== undefined && input.ACL !== "private" && ownership === "BucketOwnerEnforced") {
      throw new ServiceError(
        "InvalidBucketAclWithObjectOwnership",
        "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
      );
    }
    const tags = checkedTags(input.CreateBucketConfiguration?.Tags ?? [], 50);
    const bucket: BucketState = {
      name,
      region,
      account: context.account,
      createdAt: context.clock.now(),
      configuration: defaultConfiguration(ownership),
      objects: {},
      uploads: {},
    };
    if (tags.length > 0) bucket.tags = tags;
    state.buckets[name] = bucket;
    return { ...location, BucketArn: `arn:${context.partition}:s3:::${name}` };
  },

  DeleteBucket(input, context) {
    const bucket = bucketOf(input, context);
    if (Object.keys(bucket.objects).length > 0) {
      const message = "The bucket you tried to delete is not empty";
      const hint = bucket.versioning === undefined ? "" : ". You must delete all versions in the bucket.";
      throw new ServiceError("BucketNotEmpty", message + hint, { status: 409, fields: { BucketName: bucket.name } });
    }
    delete context.state.buckets[bucket.name];
    return {};
  },

  HeadBucket(input, context) {
    const bucket = bucketOf(input, context);
    return {
      BucketRegion: bucket.region,
      AccessPointAlias: false,
      BucketArn: `arn:${context.partition}:s3:::${bucket.name}`,
    };
  },

  GetBucketLocation(input, context) {
    const { region } = bucketOf(input, context);
    return region === "us-east-1" ? {} : { LocationConstraint: region as client.BucketLocationConstraint };
  },

  ListBuckets(input, context) {
    const buckets = Object.values(context.state.buckets)
      .filter((bucket) => bucket.name.startsWith(input.Prefix ?? ""))
      .filter((bucket) => input.BucketRegion === undefined || bucket.region === input.BucketRegion)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const size = input.MaxBuckets ?? 10_000;
    const page = pageOf(buckets, (bucket) => bucket.name, size, input.ContinuationToken);
    return {
      Owner: ownerOf(context),
      Buckets: page.items.map((bucket) => ({
        Name: bucket.name,
        CreationDate: new Date(bucket.createdAt),
        BucketRegion: bucket.region,
      })),
      ...(page.next === undefined ? {} : { ContinuationToken: page.next }),
      ...(input.Prefix === undefined ? {} : { Prefix: input.Prefix }),
    };
  },
};

/** The canonical user id is not the account's number: 64 hexadecimal digits. */
export function ownerOf(context: S3Context): { readonly ID: string } {
  return { ID: context.account.padStart(64, "0") };
}

function regionFor(constraint: string | undefined, context: S3Context): string {
  if (constraint === "us-east-1") {
    throw new ServiceError("InvalidLocationConstraint", "The specified location-constraint is not valid", {
      fields: { LocationConstraint: constraint },
    });
  }
  const wanted = constraint === "EU" ? "eu-west-1" : constraint;
  if (context.region === "us-east-1") return wanted ?? "us-east-1";
  if (wanted === context.region) return wanted;
  throw new ServiceError(
    "IllegalLocationConstraintException",
    `The ${wanted ?? "unspecified"} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}

function taken(code: "BucketAlreadyOwnedByYou" | "BucketAlreadyExists", name: string): ServiceError {
  const message =
    code === "BucketAlreadyOwnedByYou"
      ? "Your previous request to create the named bucket succeeded and you already own it."
      : "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.";
  return new ServiceError(code, message, { status: 409, fields: { BucketName: name } });
}

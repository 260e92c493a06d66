import type { ServiceContext } from "../../service.ts";
import { ServiceError } from "../../service-error.ts";
import type { BucketState, S3State } from "./state.ts";

export type S3Context = ServiceContext<S3State>;

interface BucketInput {
  readonly Bucket: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

/**
 * The bucket that a request is about. Throws NoSuchBucket, AccessDenied (another account's, or not the expected owner's)
 * or one of S3's two answers to a request in the wrong region.
 */
export function bucketOf(input: BucketInput, context: S3Context): BucketState {
  const name = input.Bucket ?? "";
  const bucket = own(context.state.buckets, name);
  if (bucket === undefined) {
    if (own(context.state.foreign, name) !== undefined) throw accessDenied();
    throw new ServiceError("NoSuchBucket", "The specified bucket does not exist", {
      status: 404,
      fields: { BucketName: name },
    });
  }
  if (bucket.region !== context.region) throw wrongRegion(bucket, context.region);
  if (input.ExpectedBucketOwner !== undefined && input.ExpectedBucketOwner !== bucket.account) throw accessDenied();
  return bucket;
}

export function accessDenied(message = "Access Denied"): ServiceError {
  return new ServiceError("AccessDenied", message, { status: 403 });
}

/** Own members only: a key may well be called `constructor`. */
export function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/**
 * A regional endpoint says where the bucket is; the global one (us-east-1) reaches it, where the signature is then wrong.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
function wrongRegion(bucket: BucketState, region: string): ServiceError {
  const headers = { "x-amz-bucket-region": bucket.region };
  if (region === "us-east-1") {
    return new ServiceError(
      "AuthorizationHeaderMalformed",
      `The authorization header is malformed; the region '${region}' is wrong; expecting '${bucket.region}'`,
      { status: 400, fields: { Region: bucket.region }, headers },
    );
  }
  return new ServiceError(
    "PermanentRedirect",
    "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
    {
      status: 301,
      fields: { Endpoint: `${bucket.name}.s3.${bucket.region}.amazonaws.com`, Bucket: bucket.name },
      headers,
    },
  );
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export function checkBucketName(name: string): void {
  const valid =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !name.includes("..") &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !/^(xn--|sthree-|amzn-s3-demo-)/.test(name) &&
    !/(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name);
  if (valid) return;
  throw new ServiceError("InvalidBucketName", "The specified bucket is not valid.", { fields: { BucketName: name } });
}

/** Tags of a bucket or an object. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html */
export function checkedTags(
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[],
  most: number,
): { Key: string; Value: string }[] {
  const invalid = (message: string) => new ServiceError("InvalidTag", message);
  const checked = tags.map((tag) => ({ Key: tag.Key ?? "", Value: tag.Value ?? "" }));
  for (const { Key, Value } of checked) {
    if (Key === "" || Key.length > 128) throw invalid("The TagKey you have provided is invalid");
    if (Value.length > 256) throw invalid("The TagValue you have provided is invalid");
    if (/^aws:/i.test(Key)) throw invalid("System tags cannot be added/updated by requester");
  }
  if (new Set(checked.map((tag) => tag.Key)).size < checked.length) {
    throw invalid("Cannot provide multiple Tags with the same key");
  }
  if (checked.length > most) {
    throw new ServiceError("BadRequest", `Object tags cannot be greater than ${most}`);
  }
  return checked;
}

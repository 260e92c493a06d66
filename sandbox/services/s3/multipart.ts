import { createHash } from "node:crypto";
import type * as client from "@aws-sdk/client-s3";
import type { Operations } from "../../service.ts";
import { ServiceError } from "../../service-error.ts";
import { type AttributeInput, attributesOf, encryptionHeaders } from "./attributes.ts";
import { bucketOf, own, type S3Context } from "./bucket.ts";
import { type ChecksumInput, checkedChecksums, checksum } from "./checksum.ts";
import { checkCopySource, copySource } from "./copy.ts";
import { checkedKey, checksumMembers, etagOf, versionMember } from "./object-operations.ts";
import { rangeOf } from "./object-read.ts";
import { checkWrite } from "./precondition.ts";
import type { BucketState, PartState, S3State, UploadState } from "./state.ts";
import { addVersion, current } from "./versions.ts";

/** Parts but the last have at least 5 MiB. */
const smallestPart = 5 * 1024 * 1024;

interface UploadInput {
  readonly Bucket: string | undefined;
  readonly Key: string | undefined;
  readonly UploadId: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html */
export const multipartOperations: Operations<typeof client, S3State> = {
  CreateMultipartUpload(input, context) {
    const bucket = bucketOf(input, context);
    const id = context.random.base32(64);
    const upload: UploadState = {
      ...attributesOf(input as AttributeInput, bucket),
      id,
      key: checkedKey(input.Key),
      startedAt: context.clock.now(),
      parts: {},
      ...(input.ChecksumAlgorithm === undefined ? {} : { checksumAlgorithm: input.ChecksumAlgorithm }),
      ...(input.ChecksumType === undefined ? {} : { checksumType: input.ChecksumType }),
    };
    bucket.uploads[id] = upload;
    return {
      Bucket: bucket.name,
      Key: upload.key,
      UploadId: id,
      ...encryptionHeaders(upload),
      ...(input.ChecksumAlgorithm === undefined ? {} : { ChecksumAlgorithm: input.ChecksumAlgorithm }),
      ...(input.ChecksumType === undefined ? {} : { ChecksumType: input.ChecksumType }),
    };
  },

  UploadPart(input, context) {
    const { upload } = uploadOf(input, context);
    const body = input.Body ?? new Uint8Array();
    const part = addPart(upload, input.PartNumber, body, checkedChecksums(input as ChecksumInput, body), context);
    return { ETag: part.etag, ...encryptionHeaders(upload), ...checksumMembers(part.checksums) };
  },

  UploadPartCopy(input, context) {
    const { upload } = uploadOf(input, context);
    const { version } = copySource(input.CopySource, context);
    checkCopySource(input, version);
    const whole = new Uint8Array(Buffer.from(version.body, "base64"));
    const range = rangeOf(input.CopySourceRange, version.size);
    const body = range === undefined ? whole : whole.subarray(range[0], range[1] + 1);
    const part = addPart(upload, input.PartNumber, body, checkedChecksums({}, body), context);
    return {
      CopyPartResult: { ETag: part.etag, LastModified: new Date(part.modifiedAt), ...checksumMembers(part.checksums) },
      ...encryptionHeaders(upload),
    };
  },

  CompleteMultipartUpload(input, context) {
    const { bucket, upload } = uploadOf(input, context);
    checkWrite(input, current(bucket, upload.key), upload.key);
    const parts = chosenParts(upload, input.MultipartUpload?.Parts ?? []);
    const body = Buffer.concat(parts.map((part) => Buffer.from(part.body, "base64")));
    const digests = parts.map((part) => Buffer.from(part.etag.slice(1, -1), "hex"));
    const etag = `"${createHash("md5").update(Buffer.concat(digests)).digest("hex")}-${parts.length}"`;
    const {
      id: _id,
      key,
      startedAt: _at,
      parts: _parts,
      checksumAlgorithm: _one,
      checksumType: _type,
      ...attributes
    } = upload;
    const version = addVersion(
      bucket,
      key,
      {
        ...attributes,
        modifiedAt: context.clock.now(),
        deleteMarker: false,
        etag,
        body: body.toString("base64"),
        size: body.length,
        // Of the whole object, as S3 computes it where no composite one was asked for.
        checksums: { CRC64NVME: checksum("CRC64NVME", body) },
      },
      context,
    );
    delete bucket.uploads[upload.id];
    return {
      Bucket: bucket.name,
      Key: key,
      ETag: etag,
      Location: `https://${bucket.name}.s3.${bucket.region}.amazonaws.com/${encodeURIComponent(key)}`,
      ...encryptionHeaders(version),
      ...checksumMembers(version.checksums),
      ChecksumType: "FULL_OBJECT",
      ...versionMember(bucket, version),
    };
  },

  AbortMultipartUpload(input, context) {
    const { bucket, upload } = uploadOf(input, context);
    delete bucket.uploads[upload.id];
    return {};
  },

  ListParts(input, context) {
    const { bucket, upload } = uploadOf(input, context);
    const size = Math.min(input.MaxParts ?? context.pageSize ?? 1000, 1000);
    const after = Number(input.PartNumberMarker ?? 0);
    const all = numberedParts(upload).filter(({ number }) => number > after);
    const shown = all.slice(0, size);
    const truncated = all.length > size;
    return {
      Bucket: bucket.name,
      Key: upload.key,
      UploadId: upload.id,
      PartNumberMarker: String(after),
      MaxParts: size,
      IsTruncated: truncated,
      StorageClass: (upload.storageClass ?? "STANDARD") as client.StorageClass,
      Parts: shown.map(({ number, part }) => ({
        PartNumber: number,
        ETag: part.etag,
        Size: part.size,
        LastModified: new Date(part.modifiedAt),
        ...checksumMembers(part.checksums),
      })),
      ...(truncated ? { NextPartNumberMarker: String(shown.at(-1)?.number ?? after) } : {}),
    };
  },

  ListMultipartUploads(input, context) {
    const bucket = bucketOf(input, context);
    const uploads = Object.values(bucket.uploads)
      .filter((upload) => upload.key.startsWith(input.Prefix ?? ""))
      .sort((a, b) => (a.key === b.key ? a.startedAt - b.startedAt : a.key < b.key ? -1 : 1));
    return {
      Bucket: bucket.name,
      Prefix: input.Prefix ?? "",
      MaxUploads: 1000,
      IsTruncated: false,
      Uploads: uploads.map((upload) => ({
        Key: upload.key,
        UploadId: upload.id,
        Initiated: new Date(upload.startedAt),
        StorageClass: (upload.storageClass ?? "STANDARD") as client.StorageClass,
      })),
    };
  },
};

function uploadOf(
  input: UploadInput,
  context: S3Context,
): { readonly bucket: BucketState; readonly upload: UploadState } {
  const bucket = bucketOf(input, context);
  const upload = own(bucket.uploads, input.UploadId ?? "");
  if (upload !== undefined && upload.key === input.Key) return { bucket, upload };
  throw new ServiceError(
    "NoSuchUpload",
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    { status: 404, fields: { UploadId: input.UploadId ?? "" } },
  );
}

function addPart(
  upload: UploadState,
  number: number | undefined,
  body: Uint8Array,
  checksums: PartState["checksums"],
  context: S3Context,
): PartState {
  if (number === undefined || !Number.isInteger(number) || number < 1 || number > 10_000) {
    throw new ServiceError("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive");
  }
  const part: PartState = {
    etag: etagOf(body, "AES256", context),
    body: Buffer.from(body).toString("base64"),
    size: body.length,
    modifiedAt: context.clock.now(),
    checksums,
  };
  upload.parts[String(number)] = part;
  return part;
}

function numberedParts(upload: UploadState): readonly { readonly number: number; readonly part: PartState }[] {
  return Object.entries(upload.parts)
    .map(([number, part]) => ({ number: Number(number), part }))
    .sort((a, b) => a.number - b.number);
}

function chosenParts(upload: UploadState, asked: readonly client.CompletedPart[]): readonly PartState[] {
  if (asked.length === 0) {
    throw new ServiceError("InvalidRequest", "You must specify at least one part");
  }
  let before = 0;
  return asked.map(({ PartNumber: number = 0, ETag: etag = "" }, index) => {
    if (number <= before) {
      const message = "The list of parts was not in ascending order. Parts must be ordered by part number.";
      throw new ServiceError("InvalidPartOrder", message);
    }
    before = number;
    const part = own(upload.parts, String(number));
    if (part === undefined || part.etag.replaceAll('"', "") !== etag.replaceAll('"', "")) {
      const message =
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";
      throw new ServiceError("InvalidPart", message, { fields: { PartNumber: String(number) } });
    }
    if (index < asked.length - 1 && part.size < smallestPart) {
      const message = "Your proposed upload is smaller than the minimum allowed size";
      throw new ServiceError("EntityTooSmall", message, { fields: { PartNumber: String(number) } });
    }
    return part;
  });
}

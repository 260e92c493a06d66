import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { ServiceError } from "../../service-error.ts";
import type { Checksums } from "./state.ts";

/** Checksum members that requests may carry. */
export interface ChecksumInput {
  readonly ContentMD5?: string | undefined;
  readonly ChecksumCRC32?: string | undefined;
  readonly ChecksumCRC32C?: string | undefined;
  readonly ChecksumCRC64NVME?: string | undefined;
  readonly ChecksumSHA1?: string | undefined;
  readonly ChecksumSHA256?: string | undefined;
}

export type Algorithm = keyof Checksums;

export const algorithms: readonly Algorithm[] = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"];

/**
 * The checksums that S3 keeps of a body: those sent, verified, else CRC-64/NVME of its own.
 * Throws BadDigest where one doesn't fit the body.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
 */
export function checkedChecksums(input: ChecksumInput, body: Uint8Array): Checksums {
  if (input.ContentMD5 !== undefined && input.ContentMD5 !== createHash("md5").update(body).digest("base64")) {
    throw new ServiceError("BadDigest", "The Content-MD5 you specified did not match what we received.");
  }
  const checksums: Checksums = {};
  for (const algorithm of algorithms) {
    const sent = input[`Checksum${algorithm}`];
    if (sent === undefined) continue;
    if (sent !== checksum(algorithm, body)) {
      throw new ServiceError("BadDigest", `The ${algorithm} you specified did not match the calculated checksum.`);
    }
    checksums[algorithm] = sent;
  }
  if (Object.keys(checksums).length === 0) checksums.CRC64NVME = checksum("CRC64NVME", body);
  return checksums;
}

/** In base64. */
export function checksum(algorithm: Algorithm, body: Uint8Array): string {
  switch (algorithm) {
    case "CRC32":
      return word(crc32(body));
    case "CRC32C":
      return word(crc32c(body));
    case "CRC64NVME":
      return crc64nvme(body);
    case "SHA1":
      return createHash("sha1").update(body).digest("base64");
    case "SHA256":
      return createHash("sha256").update(body).digest("base64");
  }
}

function word(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes.toString("base64");
}

const castagnoli = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

function crc32c(body: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of body) crc = (crc >>> 8) ^ (castagnoli[(crc ^ byte) & 0xff] ?? 0);
  return ~crc;
}

/** CRC-64/NVME, reflected polynomial 0x9a6c9329ac4bc9b5, in two halves: 64-bit integers are slow in JavaScript. */
const nvme = { high: new Uint32Array(256), low: new Uint32Array(256) };
for (let index = 0; index < 256; index += 1) {
  let high = 0;
  let low = index;
  for (let bit = 0; bit < 8; bit += 1) {
    const carry = low & 1;
    low = ((low >>> 1) | (high << 31)) >>> 0;
    high >>>= 1;
    if (carry === 1) {
      high = (high ^ 0x9a6c9329) >>> 0;
      low = (low ^ 0xac4bc9b5) >>> 0;
    }
  }
  nvme.high[index] = high;
  nvme.low[index] = low;
}

function crc64nvme(body: Uint8Array): string {
  let high = 0xffffffff;
  let low = 0xffffffff;
  for (const byte of body) {
    const index = (low ^ byte) & 0xff;
    low = (((low >>> 8) | (high << 24)) ^ (nvme.low[index] ?? 0)) >>> 0;
    high = ((high >>> 8) ^ (nvme.high[index] ?? 0)) >>> 0;
  }
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(~high >>> 0);
  bytes.writeUInt32BE(~low >>> 0, 4);
  return bytes.toString("base64");
}

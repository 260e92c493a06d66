import * as z from "zod/mini";

/** An IPv4 block as its first address (unsigned 32 bits) and prefix length; undefined where the text isn't one. */
export interface Cidr {
  readonly address: number;
  readonly bits: number;
}

export function parseCidr(text: string): Cidr | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (match === null) return undefined;
  const numbers = match.slice(1).map(Number);
  const bits = numbers[4] ?? 33;
  // A leading zero reads as octal in some tools: refused rather than guessed.
  if (match.slice(1).some((part) => part.length > 1 && part.startsWith("0"))) return undefined;
  if (numbers.slice(0, 4).some((octet) => octet > 255) || bits > 32) return undefined;
  return { address: numbers.slice(0, 4).reduce((sum, octet) => sum * 256 + octet, 0), bits };
}

/** The same block with its host bits cleared: `203.0.113.7/24` is `203.0.113.0/24`. */
export function canonicalCidr(cidr: Cidr): string {
  const size = 2 ** (32 - cidr.bits);
  const first = Math.floor(cidr.address / size) * size;
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${octets.join(".")}/${cidr.bits}`;
}

/** Whether `outer` holds every address of `inner` (equal blocks included). */
export function cidrContains(outer: Cidr, inner: Cidr): boolean {
  const size = 2 ** (32 - outer.bits);
  return outer.bits <= inner.bits && Math.floor(outer.address / size) === Math.floor(inner.address / size);
}

/** A canonical IPv4 CIDR: with host bits set it is refused, and the message names the block that was probably meant. */
export function cidr() {
  return z.string().check(
    z.regex(/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/, {
      error: "an IPv4 block in CIDR form, such as 203.0.113.0/24; one address is 203.0.113.7/32",
      abort: true,
    }),
    (context) => {
      const parsed = parseCidr(context.value);
      const right = parsed === undefined ? undefined : canonicalCidr(parsed);
      if (right === context.value) return;
      context.issues.push({
        code: "custom",
        input: context.value,
        message:
          right === undefined
            ? "octets 0 to 255 and a prefix length 0 to 32, without leading zeros"
            : `${right} (host bits are set; one address would be ${context.value.split("/")[0]}/32)`,
      });
    },
  );
}

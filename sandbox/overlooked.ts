import type { Input } from "./wire/protocol.ts";

/** Members that carry nothing an operation could do otherwise here: who pays, and what the transport has checked. */
const neutral = new Set(["ContentLength", "ContentMD5", "RequestPayer", "ChecksumAlgorithm", "DryRun"]);

/**
 * An input that notes which of its members are looked at. What a caller gave and nobody read is something that the
 * sandbox doesn't model: it is named in the log of calls, so that nobody takes it for done.
 */
export function watched(input: Input): { readonly input: Input; overlooked(): readonly string[] } {
  const read = new Set<string>();
  let all = false;
  const proxy = new Proxy(input, {
    get(target, name) {
      if (typeof name === "string") read.add(name);
      return Reflect.get(target, name) as unknown;
    },
    ownKeys(target) {
      all = true;
      return Reflect.ownKeys(target);
    },
  });
  return {
    input: proxy,
    overlooked: () =>
      all
        ? []
        : Object.keys(input).filter((name) => !read.has(name) && !neutral.has(name) && input[name] !== undefined),
  };
}

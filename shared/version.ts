import manifest from "../package.json" with { type: "json" };

/** This program's version, for user agents and records. */
export const version: string = manifest.version;

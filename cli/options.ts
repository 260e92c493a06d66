import { type Command, Option } from "commander";
import { parseDuration } from "../shared/desired/duration.ts";
import { Failure } from "../shared/engine/failure.ts";
import type { Io } from "./io.ts";

export const outputFormats = ["text", "json", "markdown", "html"] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** What every command takes, as commander hands it over. */
export interface CommonOptions {
  readonly endpointUrl?: string;
  readonly region?: string;
  readonly bucket?: string;
  readonly output: OutputFormat;
}

export function withCommonOptions(command: Command): Command {
  return command
    .addOption(new Option("--endpoint-url <url>", "send AWS calls there instead of AWS").env("AWS_ENDPOINT_URL"))
    .addOption(new Option("--region <region>", "AWS region (default: the file's, or AWS_REGION)"))
    .addOption(new Option("--bucket <name>", "the state bucket").env("FLEETKEEPER_BUCKET"))
    .addOption(new Option("-o, --output <format>", "how to print").choices(outputFormats).default("text"));
}

/** @throws Failure `BucketNotNamed`: the command needs the state bucket and neither option nor environment names it */
export function bucketOf(options: CommonOptions): string {
  if (options.bucket !== undefined && options.bucket !== "") return options.bucket;
  throw new Failure({
    code: "BucketNotNamed",
    class: "terminal",
    message: "this command needs the state bucket, and no bucket is named",
    hint: "give --bucket NAME, or set FLEETKEEPER_BUCKET",
  });
}

/** The region by option, environment or file, in this order; undefined leaves it to the caller's error. */
export function regionOf(options: CommonOptions, io: Io, fromFile?: string): string {
  const region = options.region ?? io.env["AWS_REGION"] ?? io.env["AWS_DEFAULT_REGION"] ?? fromFile;
  if (region !== undefined && region !== "") return region;
  throw new Failure({
    code: "RegionNotNamed",
    class: "terminal",
    message: "no AWS region is named",
    hint: "give --region NAME, or set AWS_REGION",
  });
}

/** An option's duration in milliseconds. @throws Failure `InvalidArgument` where it isn't one */
export function durationOf(option: string, text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined) return milliseconds;
  throw new Failure({
    code: "InvalidArgument",
    class: "terminal",
    message: `${option} must be a duration, not ${JSON.stringify(text)}`,
    hint: "write it like 30m, 2h or 1d",
  });
}

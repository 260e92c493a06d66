import type { StandIn, StandInAnswer } from "../stand-in.ts";
import { parseArgs, text, trouble } from "../stand-in.ts";

const flags = ["--with-decryption", "--overwrite", "--no-overwrite", "--no-cli-pager", "--only-show-errors"];

/** The AWS CLI with the instance's role: the few operations that host documents use, through the unmodified SDK. */
export const awsCli: StandIn = async ({ args }, context) => {
  const [service, operation, ...more] = args;
  const settings = await context.settings();
  if (typeof settings === "string") return trouble(`Unable to locate credentials: ${settings}`, 253);
  const { options, rest } = parseArgs(more, flags);
  const bucket = async () => {
    const { S3Client } = await import("@aws-sdk/client-s3");
    return new S3Client({ ...settings, forcePathStyle: true });
  };
  const one = (name: string) => options.get(name)?.[0]?.replace(/^file-content:/, "");
  try {
    switch (`${service} ${operation}`) {
      case "ssm get-parameter": {
        const { GetParameterCommand, SSMClient } = await import("@aws-sdk/client-ssm");
        const ssm = new SSMClient(settings);
        const WithDecryption = options.has("--with-decryption");
        return shown(await ssm.send(new GetParameterCommand({ Name: one("--name"), WithDecryption })), one("--query"));
      }
      case "ssm get-parameters": {
        const { GetParametersCommand, SSMClient } = await import("@aws-sdk/client-ssm");
        const ssm = new SSMClient(settings);
        const WithDecryption = options.has("--with-decryption");
        // The CLI takes names up to the next option.
        const names = more.slice(more.indexOf("--names") + 1);
        const end = names.findIndex((word) => word.startsWith("--"));
        const Names = end < 0 ? names : names.slice(0, end);
        return shown(await ssm.send(new GetParametersCommand({ Names, WithDecryption })), one("--query"));
      }
      case "ssm put-parameter": {
        const { PutParameterCommand, SSMClient } = await import("@aws-sdk/client-ssm");
        const ssm = new SSMClient(settings);
        const Type = one("--type") === "SecureString" ? "SecureString" : "String";
        const Overwrite = options.has("--overwrite");
        const input = { Name: one("--name"), Value: one("--value"), Type, Overwrite } as const;
        return shown(await ssm.send(new PutParameterCommand(input)), one("--query"));
      }
      case "s3api get-object": {
        const { GetObjectCommand, S3Client } = await import("@aws-sdk/client-s3");
        const s3 = new S3Client({ ...settings, forcePathStyle: true });
        const VersionId = one("--version-id");
        const input = { Bucket: one("--bucket"), Key: one("--key"), ...(VersionId === undefined ? {} : { VersionId }) };
        const body = await (await s3.send(new GetObjectCommand(input))).Body?.transformToByteArray();
        const outputFile = rest[0];
        return outputFile === undefined
          ? trouble("the following arguments are required: outfile", 252)
          : { stdout: body ?? "", outputFile };
      }
      case "s3api head-object": {
        const { HeadObjectCommand } = await import("@aws-sdk/client-s3");
        const input = { Bucket: one("--bucket"), Key: one("--key") };
        return shown(await (await bucket()).send(new HeadObjectCommand(input)), one("--query"));
      }
      case "s3 cp": {
        const { GetObjectCommand, PutObjectCommand } = await import("@aws-sdk/client-s3");
        const [from = "", to = ""] = rest;
        const target = objectOf(to);
        if (target !== undefined) {
          const Body = context.files.read(from);
          if (Body === undefined) return trouble(`The user-provided path ${from} does not exist.`, 255);
          await (await bucket()).send(new PutObjectCommand({ ...target, Body }));
          return text("");
        }
        const source = objectOf(from);
        if (source === undefined) return trouble("Error: Invalid argument type", 255);
        const body = await (await (await bucket()).send(new GetObjectCommand(source))).Body?.transformToByteArray();
        return { stdout: body ?? "", outputFile: to };
      }
      default:
        return trouble(`aws: the sandbox doesn't know aws ${service} ${operation}`, 252);
    }
  } catch (error) {
    const name = error instanceof Error ? error.name : "Unknown";
    const message = error instanceof Error ? error.message : String(error);
    return trouble(`An error occurred (${name}) when calling the ${operation} operation: ${message}`, 254);
  }
};

function objectOf(url: string): { Bucket: string; Key: string } | undefined {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(url) ?? [];
  return Bucket === undefined || Key === undefined ? undefined : { Bucket, Key };
}

/** `--output text` of one value, of `A.[B,C]` and of `A[].[B,C]`, as the CLI prints them. */
function shown(answer: object, query = ""): StandInAnswer {
  const [, path = query, list, members] = /^([A-Za-z.]+?)(\[\])?\.\[([A-Za-z,]+)\]$/.exec(query) ?? [];
  const value = path.split(".").reduce(member, answer);
  if (members !== undefined) {
    const rows = list === undefined ? [value] : Array.isArray(value) ? (value as readonly unknown[]) : [];
    const lines = rows.map((row) => members.split(",").map((name) => String(member(row, name) ?? "None")));
    return text(lines.map((line) => `${line.join("\t")}\n`).join(""));
  }
  if (typeof value === "string" || typeof value === "number") return text(`${value}\n`);
  return text(`${JSON.stringify(answer)}\n`);
}

function member(at: unknown, name: string): unknown {
  return typeof at === "object" && at !== null ? (at as Readonly<Record<string, unknown>>)[name] : undefined;
}

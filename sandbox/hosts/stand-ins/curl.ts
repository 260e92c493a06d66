import { parseArgs, type StandIn, type StandInContext, trouble } from "../stand-in.ts";
import { curlGitLab } from "./gitlab-api.ts";
import { managerMetrics } from "./manager.ts";

const flags = ["-fsS", "-fsSL", "-s", "-sS", "-f", "-S", "-L", "-fs"];

/** A host's namespace has no network: what it may reach is the metadata service, its own metrics, and known downloads. */
export const curl: StandIn = ({ args, stdin }, context) => {
  if (args.join(" ") === "--config -") return curlGitLab(stdin, context, "elsewhere");
  const { options, rest } = parseArgs(args, flags);
  const url = rest[0] ?? "";
  const output = options.get("-o")?.[0];
  const found = answerOf(url, options, context);
  if (found === undefined) return trouble(`curl: (7) Failed to connect to ${url}`, 7);
  if (found === 404) return trouble("curl: (22) The requested URL returned error: 404", 22);
  return { stdout: found, ...(output === undefined ? {} : { outputFile: output }) };
};

function answerOf(
  url: string,
  options: ReadonlyMap<string, readonly string[]>,
  context: StandInContext,
): string | 404 | undefined {
  const metadata = /^http:\/\/169\.254\.169\.254\/latest\/(.*)$/.exec(url)?.[1];
  if (metadata !== undefined) {
    if (metadata === "api/token") return options.get("-X")?.[0] === "PUT" ? "sandbox-token" : 404;
    if (!(options.get("-H") ?? []).some((header) => header.endsWith("sandbox-token"))) return 404;
    if (metadata === "meta-data/instance-id") return context.host.instanceId;
    if (metadata === "meta-data/placement/region") return context.region;
    return 404;
  }
  if (url === "http://127.0.0.1:9252/metrics") return managerMetrics(context);
  const sha256 = context.artifacts[url];
  if (sha256 !== undefined) return `# sandbox artifact sha256=${sha256}\n`;
  return url.startsWith("https://") ? 404 : undefined;
}

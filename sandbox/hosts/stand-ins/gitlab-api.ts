import { type StandInAnswer, type StandInContext, text, trouble } from "../stand-in.ts";

/** 0: nothing listens. */
export type Readiness = 0 | 200 | 503;

/** What curl is told in a configuration file on its standard input. Source: curl's manual page, `--config`. */
interface CurlConfig {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly writeOut: string;
  /** Headers come first. */
  readonly include: boolean;
}

/** curl `--config -` in GitLab's container, or on a host for a GitLab elsewhere. */
export function curlGitLab(stdin: Uint8Array, context: StandInContext, ready: Readiness | "elsewhere"): StandInAnswer {
  const asked = configOf(Buffer.from(stdin).toString("utf8"));
  if (!URL.canParse(asked.url)) return trouble("curl: (3) URL rejected", 3);
  const { pathname, search, hostname } = new URL(asked.url);
  if (ready === 0 || (ready === "elsewhere" && hostname === "127.0.0.1")) return trouble("curl: (7) refused", 7);
  const answer =
    ready === 503
      ? { status: 502, body: "" }
      : context.gitlab.handle({
          method: asked.method,
          target: pathname + search,
          headers: asked.headers,
          body: asked.body,
        });
  const head = asked.include ? `HTTP/1.1 ${answer.status} Answer\r\ncontent-type: text/plain\r\n\r\n` : "";
  const printed = `${head}${answer.body}${asked.writeOut.replaceAll("%{http_code}", String(answer.status))}`;
  return context.gitlab.isKilled() ? { stdout: printed, inside: "kill -KILL -1" } : { stdout: printed };
}

function configOf(config: string): CurlConfig {
  const options = config
    .split("\n")
    .map((line) => /^([a-z-]+)(?:\s*=\s*"(.*)")?$/.exec(line.trim()))
    .filter((match) => match !== null)
    .map(([, name = "", value = ""]) => [name, unescaped(value)] as const);
  const one = (name: string) => options.find(([key]) => key === name)?.[1];
  const headers = options
    .filter(([key]) => key === "header")
    .map(([, header]) => [header.split(":", 1)[0]?.toLowerCase() ?? "", header.slice(header.indexOf(":") + 1).trim()]);
  return {
    url: one("url") ?? "",
    method: one("request") ?? "GET",
    headers: Object.fromEntries(headers),
    body: one("data-binary") ?? "",
    writeOut: one("write-out") ?? "",
    include: options.some(([key]) => key === "include"),
  };
}

function unescaped(value: string): string {
  const known: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", v: "\v" };
  return value.replaceAll(/\\(.)/g, (_, character: string) => known[character] ?? character);
}

/** `gitlab-rails runner -` with the one program that is known here: a service account's token of a value of the caller's. */
export function gitlabRails(stdin: Uint8Array, context: StandInContext, ready: Readiness): StandInAnswer {
  if (ready !== 200) return trouble("could not connect to the database");
  const program = Buffer.from(stdin).toString("utf8");
  const name = /^name = '([a-z0-9-]+)'$/m.exec(program)?.[1];
  const value = /set_token\('([A-Za-z0-9_-]{20,})'\)/.exec(program)?.[1];
  const scopes = /scopes: \[([a-z_', ]*)\]/.exec(program)?.[1];
  const end = /expires_at: Date\.parse\('([0-9-]+)'\)/.exec(program)?.[1];
  if (name === undefined || value === undefined || scopes === undefined || end === undefined) {
    return trouble("the sandbox knows no such program of gitlab-rails", 125);
  }
  context.gitlab.addAccessToken({
    name,
    value,
    scopes: [...scopes.matchAll(/'([a-z_]+)'/g)].map(([, scope = ""]) => scope),
    admin: /\.admin = true$/m.test(program),
    expiresAt: Date.parse(`${end}T00:00:00Z`),
  });
  return text("");
}

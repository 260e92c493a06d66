import { readFileSync } from "node:fs";
import { type Fleet, parseFleet } from "../../shared/desired/fleet.ts";
import { type Problem, pathText } from "../../shared/desired/problem.ts";

export function sample(name: "acme" | "minimal"): string {
  return readFileSync(`desired-state/${name}.fleet.yaml`, "utf8");
}

/** A small valid file with a part of its spec replaced or added: `small({ network: "{ vpcId: x }" })`. */
export function small(sections: Readonly<Record<string, string>> = {}): string {
  const spec: Record<string, string> = {
    mode: "Enforce",
    region: "eu-central-1",
    network:
      "{ vpcId: vpc-0a1b2c3d4e5f60718, hostSubnetId: subnet-0aaaaaaaaaaaaaaa1, machineSubnetIds: [subnet-0bbbbbbbbbbbbbbb2], allowedCidrs: [203.0.113.0/24] }",
    cache: "{ bucket: acme-cache }",
    ...sections,
  };
  const lines = Object.entries(spec).map(([key, value]) => `  ${key}: ${value}`);
  return `apiVersion: fleetkeeper.dev/v1\nkind: GitLabFleet\nmetadata: { name: acme }\nspec:\n${lines.join("\n")}\n`;
}

/** A host section around what a test is about. */
export function host(rest = ""): string {
  const own = /tls:/.test(rest)
    ? ""
    : "tls: { type: Secret, certificateSecret: tls-certificate, keySecret: tls-key }, ";
  const backups = /backups:/.test(rest) ? "" : "backups: { bucket: acme-backups }, ";
  const gitlab = /gitlab:/.test(rest) ? "" : "gitlab: { version: 19.5.3 }, ";
  const url = /externalUrl:/.test(rest) ? "" : "externalUrl: https://gitlab.example.com, ";
  return `{ ${url}${own}${gitlab}${backups}${rest} }`;
}

export function fleetOf(text: string): Fleet {
  const parsed = parseFleet(text, "fleet.yaml");
  if (!parsed.ok) throw new Error(brief(parsed.problems).join("\n"));
  return parsed.fleet;
}

export function problemsOf(text: string | Uint8Array): readonly Problem[] {
  const parsed = parseFleet(text, "fleet.yaml");
  return parsed.ok ? parsed.warnings : parsed.problems;
}

/** `path: message` of each problem, `?` in front of a warning. */
export function brief(problems: readonly Problem[]): string[] {
  return problems.map(
    ({ severity, path, message }) => `${severity === "warning" ? "? " : ""}${pathText(path)}: ${message}`,
  );
}

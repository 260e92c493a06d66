import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import * as z from "zod/mini";
import { documentName } from "../../shared/resources/common/host-command.ts";
import { hostShape } from "../../shared/resources/runner/host-shape.ts";
import { disclosedKeys } from "./disclosed-keys.ts";

/** An SSM document as it is put into AWS. */
export interface HostDocument {
  /** Of its folder: `facts`. */
  readonly folder: string;
  /** In AWS: `fleetkeeper-facts`. */
  readonly name: string;
  readonly description: string;
  /** Whether it takes the lease's fence; what doesn't, only reads. */
  readonly fenced: boolean;
  /** Of the document's JSON text. At most 64 KB (SSM quota "document size"). */
  readonly content: string;
  /** SHA-256 of `content`. */
  readonly hash: string;
  /** The script alone, as the host's bash gets it once parameters are in its environment. */
  readonly script: string;
}

/** A folder's document.json. */
const declaration = z.strictObject({
  description: z.string(),
  fenced: z.boolean(),
  timeoutSeconds: z.int().check(z.gte(5), z.lte(172_800)),
  /** Parts of `parts/` that the script uses, put between prelude and script. */
  parts: z._default(z.array(z.string()), []),
});

interface Parameter {
  readonly description: string;
  readonly allowedPattern: string;
  readonly default?: string;
}

/** Nothing in them means anything to a shell, so that a script stays what it is even where an agent pastes them in. */
const always: Readonly<Record<string, Parameter>> = {
  Nonce: { description: "Repeated in the answer.", allowedPattern: "^[0-9a-f]{32}$" },
  Payload: {
    description: "gzip in base64 of the request's records.",
    allowedPattern: "^[0-9A-Za-z+/=]*$",
    default: "",
  },
};
const fence: Readonly<Record<string, Parameter>> = {
  Incarnation: { description: "Of the store that holds the lease.", allowedPattern: "^[0-9A-Za-z-]{1,64}$" },
  Epoch: { description: "Of the lease; the host refuses a lower one.", allowedPattern: "^[0-9]{1,15}$" },
};

const here = new URL("./", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, here), "utf8");

/** All of them, by folder name. Reads the files beside it; the same files give the same documents. */
export function hostDocuments(): readonly HostDocument[] {
  return readdirSync(here, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "parts")
    .map((entry) => entry.name)
    .sort()
    .map(hostDocument);
}

export function hostDocument(folder: string): HostDocument {
  const declared = declaration.parse(JSON.parse(read(`${folder}/document.json`)));
  const parameters = { ...always, ...(declared.fenced ? fence : {}) };
  const script = scriptOf(folder, declared.parts, Object.keys(parameters));
  const content = `${JSON.stringify(
    {
      schemaVersion: "2.2",
      description: declared.description,
      parameters: Object.fromEntries(
        Object.entries(parameters).map(([name, parameter]) => [
          name,
          { type: "String", interpolationType: "ENV_VAR", ...parameter },
        ]),
      ),
      mainSteps: [
        {
          action: "aws:runShellScript",
          name: "run",
          precondition: { StringEquals: ["platformType", "Linux"] },
          inputs: { timeoutSeconds: String(declared.timeoutSeconds), runCommand: script.split("\n") },
        },
      ],
    },
    null,
    1,
  )}\n`;
  const { description, fenced } = declared;
  const hash = createHash("sha256").update(content).digest("hex");
  return { folder, name: documentName(folder), description, fenced, content, hash, script };
}

/**
 * Parameters come as environment variables; agents older than 3.3.2746.0 paste them into the text instead
 * (https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-troubleshooting.html).
 */
function scriptOf(folder: string, parts: readonly string[], parameters: readonly string[]): string {
  const fallbacks = parameters.map(
    (name) => `if [ -z "\${SSM_${name}+x}" ]; then export SSM_${name}="{{ ${name} }}"; fi`,
  );
  const generated = [
    ...(parts.includes("toml.sh") ? [`readonly fk_disclosed=${quoted(disclosedKeys())}`] : []),
    ...(parts.includes("runner.sh") ? programs() : []),
  ];
  return [
    "#!/usr/bin/env bash",
    ...fallbacks,
    `readonly FK_DOCUMENT=${folder}`,
    read("prelude.sh"),
    ...generated,
    ...parts.map((part) => read(`parts/${part}`)),
    read(`${folder}/script.sh`),
  ].join("\n");
}

/** The runner's programs, and what they must know of config.toml's keys, as a Bash array by file name. */
function programs(): readonly string[] {
  const files = {
    "shape.json": JSON.stringify(hostShape()),
    ...Object.fromEntries(
      [
        "config_toml.py",
        "gitlab_api.py",
        "gitlab_managers.py",
        "host.py",
        "registration.py",
        "runner.py",
        "told.py",
      ].map((name) => [name, read(name)]),
    ),
  };
  const entries = Object.entries(files).map(([name, text]) => {
    const packed = gzipSync(text, { level: 9 }).toString("base64");
    return `  [${name}]=${packed}`;
  });
  return ["declare -rA fk_programs=(", ...entries, ")"];
}

/** @param text letters, digits, dots, underscores, hyphens, stars, hashes and spaces only */
function quoted(text: string): string {
  return `'${text}'`;
}

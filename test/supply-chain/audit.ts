import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { argv, stdout } from "node:process";
import { type Advisories, readAdvisories } from "./advisories.ts";
import { deliveredBill, lacksOfBill } from "./bill.ts";
import { isDelivered, lockedPackages, unwelcomeLicences } from "./licences.ts";

const usage = `npm run audit

Looks at what the project depends on, and writes dist/sbom.cdx.json, the bill of materials of what is delivered.

1. licences of what is delivered: permissive ones only
2. the bill of materials: every delivered package with its hash and its licence
3. known vulnerabilities of what is delivered, and of what only those who work on it use, as the registry knows them

Exit 0: all is well. 1: something is wrong. 2: nothing is known to be wrong, but the registry didn't say.
`;

const bill = "dist/sbom.cdx.json";
const say = (line: string) => stdout.write(`${line}\n`);

if (argv.includes("--help")) stdout.write(usage);
else process.exitCode = await audit();

async function audit(): Promise<number> {
  const packages = await lockedPackages();
  const delivered = packages.filter(([, locked]) => isDelivered(locked));
  const problems = [
    ...told(`licences of ${delivered.length} delivered packages`, "all permissive", unwelcomeLicences(packages)),
    ...told(`bill of materials, ${bill}`, "whole", await writeBill(delivered.map(nameOf))),
  ];
  const advisories = [
    tellAdvisories("vulnerabilities of what is delivered", await npm("audit", "--json", "--omit", "dev")),
    tellAdvisories("vulnerabilities of everything, tools too", await npm("audit", "--json")),
  ];
  if (problems.length > 0 || advisories.includes("vulnerable")) return 1;
  return advisories.includes("unknown") ? 2 : 0;
}

function told(what: string, well: string, problems: readonly string[]): readonly string[] {
  say(`${what}: ${problems.length === 0 ? well : `${problems.length} problems`}`);
  for (const problem of problems) say(`  ${problem}`);
  return problems;
}

function tellAdvisories(what: string, { exit, out }: Ran): Advisories["state"] {
  const advisories = readAdvisories(exit, out);
  switch (advisories.state) {
    case "clean":
      say(`${what}: none known of ${advisories.packages} packages`);
      break;
    case "vulnerable":
      told(what, "", advisories.found);
      break;
    case "unknown":
      say(`${what}: UNKNOWN, the registry didn't say: ${advisories.why}`);
      break;
  }
  return advisories.state;
}

async function writeBill(delivered: readonly string[]): Promise<readonly string[]> {
  const { exit, out } = await npm("sbom", "--sbom-format", "cyclonedx");
  if (exit !== 0) return [`npm sbom ended with ${exit}`];
  const names = new Set(delivered);
  const document = deliveredBill(out, names);
  await mkdir("dist", { recursive: true });
  await writeFile(bill, document);
  return lacksOfBill(document, names);
}

/** `node_modules/a/node_modules/b` is b. */
function nameOf([path, { version }]: Awaited<ReturnType<typeof lockedPackages>>[number]): string {
  return `${path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length)}@${version}`;
}

interface Ran {
  readonly exit: number;
  readonly out: string;
}

function npm(...line: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile("npm", line, { maxBuffer: 64 << 20 }, (error, out) => {
      resolve({ exit: error === null ? 0 : typeof error.code === "number" ? error.code : 1, out });
    });
  });
}

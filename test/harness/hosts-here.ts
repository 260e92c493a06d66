import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { probeIsolation } from "../../sandbox/hosts/isolation.ts";

/** As `.ci/run` and CI services set them: there nothing is skipped, and what can't run fails. */
const required = process.env["CI"] !== undefined || process.env["FLEETKEEPER_HOSTS"] === "required";

/** Why the scripts of hosts can't be run on this machine; undefined where they can, or must. */
export const noHosts: string | undefined = required ? undefined : whyNoHosts();

/** The same for scripts that read config.toml: a host has this machine's Python, which must be 3.11 or newer. */
export const noRunnerHosts: string | undefined = required ? undefined : (noHosts ?? whyNoPython());

function whyNoHosts(): string | undefined {
  const scratch = mkdtempSync(join(tmpdir(), "fleetkeeper-probe-"));
  try {
    const { mode, message } = probeIsolation(scratch);
    return mode === "record" ? message : undefined;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function whyNoPython(): string | undefined {
  const names = ["python3.11", "python3.12", "python3.13", "python3.14", "python3"];
  const found = names.some((name) => spawnSync(`/usr/bin/${name}`, ["-I", "-c", "import tomllib"]).status === 0);
  return found ? undefined : "there is no Python 3.11 or newer in /usr/bin";
}

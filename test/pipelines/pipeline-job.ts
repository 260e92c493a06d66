import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { parse } from "yaml";

const root = join(import.meta.dirname, "../..");

export interface Ended {
  readonly exit: number;
  readonly output: string;
}

/** A checkout in which scripts of a pipeline run by bash as a runner runs them, with stand-ins for what reaches a network. */
export class PipelineJob {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** @param files their content by name */
  static async open(files: Readonly<Record<string, string>>): Promise<PipelineJob> {
    const folder = await mkdtemp(join(tmpdir(), "pipeline-"));
    const job = new PipelineJob(folder);
    await mkdir(join(folder, "bin"));
    await mkdir(join(folder, ".fleetkeeper"));
    await symlink(join(root, "desired-state"), join(folder, ".fleetkeeper/desired-state"));
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    return job;
  }

  /** Puts a program of bash before all others of its name. */
  async standIn(name: string, body: string): Promise<void> {
    const file = join(this.folder, "bin", name);
    await writeFile(file, `#!/usr/bin/env bash\nset -euo pipefail\n${body}\n`);
    await chmod(file, 0o755);
  }

  /** @param script as a job's steps hold it; this repository is where it looks for it */
  run(script: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const own = script.replaceAll(" /fleetkeeper/", " .fleetkeeper/");
    const path = [join(this.folder, "bin"), dirname(process.execPath), "/usr/local/bin", "/usr/bin", "/bin"].join(
      delimiter,
    );
    return new Promise((resolve, reject) => {
      const child = spawn("bash", ["-eo", "pipefail", "-c", own], {
        cwd: this.folder,
        // A socket would make bash take itself for a remote shell, and read its start-up file.
        stdio: ["ignore", "pipe", "pipe"],
        env: { PATH: path, ...env },
      });
      let output = "";
      child.stdout.on("data", (chunk) => (output += chunk));
      child.stderr.on("data", (chunk) => (output += chunk));
      child.on("error", reject);
      child.on("close", (exit) => resolve({ exit: exit ?? -1, output }));
    });
  }

  async read(name: string): Promise<string> {
    return await readFile(join(this.folder, name), "utf8");
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The commands of a job: `script` of GitLab's, and the last step's `run` of GitHub's. */
export async function scriptOf(file: string, job: string): Promise<string> {
  const pipeline = parse(await readFile(join(root, "desired-state", file), "utf8"));
  const gitlab: readonly string[] | undefined = pipeline[job]?.script;
  if (gitlab !== undefined) return gitlab.join("\n");
  const steps: readonly { readonly run?: string }[] = pipeline.jobs[job].steps;
  const script = steps.at(-1)?.run;
  if (script === undefined) throw new Error(`${file}: the last step of ${job} runs nothing`);
  return script;
}

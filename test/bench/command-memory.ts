import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { loopback } from "../cli/loopback.ts";

const main = new URL("../../cli/main.ts", import.meta.url);

/** Most memory, in MB, that `fleetkeeper reconcile` takes in a process of its own, for a file from nothing. */
export async function commandMemory(body: string): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), "fleetkeeper-bench-"));
  await using cloud = await loopback();
  try {
    const file = join(directory, "bench.fleet.yaml");
    await writeFile(file, body);
    const tell = "process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS + '\\n'))";
    const { stderr } = await promisify(execFile)(
      process.execPath,
      [
        `--import=data:text/javascript,${encodeURIComponent(tell)}`,
        main.pathname,
        "reconcile",
        "--file",
        file,
        "--endpoint-url",
        cloud.url,
        "--bucket",
        "state",
      ],
      { env: { ...process.env, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" } },
    );
    return Math.round(Number(/^peak (\d+)$/m.exec(stderr)?.[1]) / 1024);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

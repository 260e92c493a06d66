import { execFile, spawn } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";

const here = (path: string) => new URL(path, import.meta.url).pathname;

export interface Moto extends AsyncDisposable {
  readonly endpoint: string;
}

/** moto's server on loopback, from the virtual environment that .ci/venv makes; fails where it can't be had. */
export async function startMoto(): Promise<Moto> {
  await promisify(execFile)("bash", [here("../../.ci/venv")]);
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const child = spawn(here("../../.venv/bin/moto_server"), ["-H", "127.0.0.1", "-p", String(port)], {
    stdio: "ignore",
  });
  const endpoint = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 240; tries += 1) {
    const up = await fetch(`${endpoint}/moto-api/`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (up) {
      return {
        endpoint,
        async [Symbol.asyncDispose]() {
          child.kill();
        },
      };
    }
    await wait(500);
  }
  child.kill();
  throw new Error("moto doesn't answer");
}

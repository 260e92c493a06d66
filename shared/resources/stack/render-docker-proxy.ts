import type { Fleet } from "../../desired/fleet.ts";
import { proxyEnvironment } from "./render-omnibus.ts";

/**
 * A drop-in of Docker's unit with the proxies by which it pulls images; empty where the file has none. In systemd a `%` would
 * begin a specifier; none is in what the file takes.
 */
export function renderDockerProxy(host: NonNullable<Fleet["spec"]["host"]>): string {
  const variables = Object.entries(proxyEnvironment(host)).filter(([name]) => name === name.toUpperCase());
  if (variables.length === 0) return "";
  const lines = variables.map(([name, value]) => `Environment="${name}=${value}"\n`);
  return `# Written by Fleetkeeper; changes by hand are put back.\n[Service]\n${lines.join("")}`;
}

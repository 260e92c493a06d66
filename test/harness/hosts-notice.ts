import { stderr } from "node:process";
import { noHosts, noRunnerHosts } from "./hosts-here.ts";

/** Says once what a machine can't run; the suite's last lines say how many tests were skipped. */
export function setup(): void {
  const why = noHosts ?? noRunnerHosts;
  if (why === undefined) return;
  const what = noHosts === undefined ? "Tests whose hosts read config.toml" : "Tests that run a host's scripts";
  stderr.write(`\n${what} are skipped on this machine: ${why}\n`);
}

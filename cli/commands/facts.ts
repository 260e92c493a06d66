import { Failure } from "../../shared/engine/failure.ts";
import type { HostFacts } from "../../shared/resources/common/host-facts.ts";
import { findHost, type HostOptions } from "../host-session.ts";
import type { Io } from "../io.ts";

/** `facts`: what the host tells of itself, as every run sees it. Reads only, and needs no lease. */
export async function run(io: Io, _: readonly string[], options: HostOptions): Promise<number> {
  const { instanceId, reconciler } = await findHost(io, options);
  const answer = await reconciler.engine.readers.commands.facts(instanceId);
  if (answer.state !== "known") {
    const message = answer.state === "unknown" ? answer.why : `Systems Manager knows no agent of ${instanceId} yet`;
    throw new Failure({ code: "NoFacts", class: "retry", message });
  }
  const text =
    options.output === "json" ? `${JSON.stringify(answer.facts, null, 2)}\n` : factsText(instanceId, answer.facts);
  io.stdout.write(text);
  return 0;
}

function factsText(instanceId: string, facts: HostFacts): string {
  const { os, docker, gitlab, runner } = facts;
  const lines = [
    `host       ${instanceId}, ${os.id ?? "?"} ${os.version ?? "?"}, agent ${facts.agentVersion ?? "?"}`,
    `docker     ${docker.version ?? "none"}, compose ${docker.compose ?? "none"}${docker.running ? "" : ", not running"}`,
    ...facts.mounts.map(({ path, mounted, totalBytes, availableBytes }) =>
      mounted
        ? `disk       ${path} ${gib(availableBytes)} of ${gib(totalBytes)} GiB free`
        : `disk       ${path} not mounted`,
    ),
    ...(facts.services ?? []).map(
      ({ name, state, health, image }) =>
        `service    ${name} ${state}${health === "none" ? "" : ` (${health})`}, ${image}`,
    ),
    `gitlab     ${gitlab === null ? "no container" : `${gitlab.version ?? "version unknown"}, readiness ${gitlab.readiness}`}`,
    `runner     ${runner?.metrics == null ? "no answer" : `${runner.metrics.version ?? "?"}, ${runner.metrics.jobs ?? "?"} jobs`}`,
    `machines   ${facts.machines === null ? "could not be read" : String(facts.machines.count)}`,
  ];
  return `${lines.join("\n")}\n`;
}

function gib(bytes: number | null): string {
  return bytes === null ? "?" : (bytes / 2 ** 30).toFixed(1);
}

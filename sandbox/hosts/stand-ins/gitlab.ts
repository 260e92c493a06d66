import type { ContainerRecord } from "../host-state.ts";
import type { StandInAnswer, StandInContext } from "../stand-in.ts";
import { onHost } from "./container-paths.ts";
import { curlGitLab, gitlabRails, type Readiness } from "./gitlab-api.ts";
import { gitLabOf } from "./gitlab-data.ts";
import { gitLabPrograms } from "./gitlab-programs.ts";

/** What stands in for GitLab: it takes minutes to answer, longest the first time, when it also makes its root password. */
const MARKER = "/var/opt/gitlab/.sandbox-first-boot";

function firstBootAt(container: ContainerRecord, { files }: StandInContext): number | undefined {
  const marker = onHost(container, MARKER);
  const text = marker === undefined ? undefined : files.text(marker);
  return text === undefined ? undefined : Number(text);
}

/** 200 once it is up; 503 while it is on its way; 0 before anything listens. */
export function readiness(container: ContainerRecord, context: StandInContext): Readiness {
  if (container.status !== "running" || container.down?.includes("puma")) return 0;
  const { timing } = context.hosts;
  const booted = firstBootAt(container, context);
  const first = booted === undefined || booted > container.startedAt;
  const takes = first ? timing.gitlabFirstBoot : timing.gitlabBoot;
  const age = context.clock.now() - container.startedAt;
  if (age >= takes) return 200;
  return age >= takes / 2 ? 503 : 0;
}

/** Once its first boot is over, its data says so, and the root password is in its file. */
export function gitlabHealth(container: ContainerRecord, context: StandInContext): void {
  if (readiness(container, context) !== 200 || firstBootAt(container, context) !== undefined) return;
  const marker = onHost(container, MARKER);
  const password = onHost(container, "/etc/gitlab/initial_root_password");
  if (marker === undefined) return;
  const at = container.startedAt + context.hosts.timing.gitlabFirstBoot;
  context.files.write(marker, String(at));
  if (password === undefined) return;
  context.files.write(password, `# WARNING: made by the sandbox\n\nPassword: ${context.random.base32(32)}\n`);
}

export function healthOf(container: ContainerRecord, context: StandInContext): string | undefined {
  if (!container.healthCheck) return undefined;
  if (container.status !== "running") return "unhealthy";
  if (container.service !== "gitlab") return "healthy";
  if (readiness(container, context) === 200) return "healthy";
  // The image's own check: five failures, one a minute (gitlab/gitlab-ee's HEALTHCHECK).
  const slow = context.clock.now() - container.startedAt > (container.healthGrace ?? 0) + 5 * 60_000;
  return slow ? "unhealthy" : "starting";
}

/** A program run inside GitLab's container; undefined for one that it doesn't have. */
export function execInGitlab(
  container: ContainerRecord,
  command: readonly string[],
  context: StandInContext,
  stdin: Uint8Array,
): StandInAnswer | undefined {
  const [program] = command;
  if (command.join(" ") === "curl --config -") return curlGitLab(stdin, context, readiness(container, context));
  if (command.join(" ") === "gitlab-rails runner -") return gitlabRails(stdin, context, readiness(container, context));
  if (program === "curl" && command.some((arg) => arg.includes("/-/readiness"))) {
    const status = readiness(container, context);
    const code = String(status).padStart(3, "0");
    return status === 0 ? { exitCode: 7, stdout: code } : { stdout: code };
  }
  if (command.at(-1) === "/opt/gitlab/version-manifest.txt") {
    const [edition, version] = gitLabOf(container);
    return { stdout: `gitlab-${edition} ${version}\n` };
  }
  return gitLabPrograms[program ?? ""]?.(command.slice(1), container, context);
}

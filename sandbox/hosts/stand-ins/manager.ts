import { parse } from "smol-toml";
import type { ContainerRecord } from "../host-state.ts";
import { type StandInAnswer, type StandInContext, text, trouble } from "../stand-in.ts";
import { onHost } from "./container-paths.ts";

/** What stands in for the runner manager: it loads config.toml when that changes, and tells of it in its metrics. */
export function managerFollows(container: ContainerRecord, context: StandInContext): void {
  const { manager } = context.host;
  if (container.status !== "running") return;
  if (container.quitting && manager.jobs === 0) {
    container.status = "exited";
    container.exitCode = 0;
    container.log.push("All workers stopped.");
    // Docker starts it again unless it was told not to.
    if (container.restart === "no") return;
    container.status = "running";
    container.quitting = false;
    container.restarts += 1;
    delete manager.listens;
    container.startedAt = context.clock.now();
    return;
  }
  const directory = onHost(container, "/etc/gitlab-runner");
  if (directory === undefined) return;
  if (!context.files.exists(`${directory}/.runner_system_id`)) {
    context.files.write(`${directory}/.runner_system_id`, `r_${context.random.hex(12)}`);
  }
  const version = context.files.modifiedAt(`${directory}/config.toml`);
  // Only a newer time is noticed, as by the real one.
  if (version === undefined || version <= manager.loadedVersion) return;
  manager.loadedVersion = version;
  const content = context.files.text(`${directory}/config.toml`) ?? "";
  try {
    const config = parse(content);
    manager.loaded += 1;
    const address = config["listen_address"];
    if (manager.listens === undefined && typeof address === "string") manager.listens = address;
    asksForJobs(config["runners"], directory, context);
    manager.concurrent = typeof config["concurrent"] === "number" ? config["concurrent"] : 1;
  } catch {
    manager.loadingErrors += 1;
  }
}

/** A manager that has loaded its file asks for jobs with each section's token, so that GitLab has seen it. */
function asksForJobs(sections: unknown, directory: string, { files, gitlab }: StandInContext): void {
  const systemId = files.text(`${directory}/.runner_system_id`)?.trim() ?? "";
  for (const section of Array.isArray(sections) ? sections : []) {
    const runner = gitlab.state.runners.find(({ token }) => token === section?.token);
    if (runner !== undefined) gitlab.contact(runner, systemId, "19.5.1");
  }
}

/** `gitlab-runner lint` as far as the sandbox can tell: whether it is TOML, and whether every section has a token. */
export function execInManager(
  container: ContainerRecord,
  command: readonly string[],
  { files }: StandInContext,
): StandInAnswer | undefined {
  if (command.slice(0, 3).join(" ") !== "gitlab-runner lint -c") return undefined;
  const path = onHost(container, command[3] ?? "");
  const content = path === undefined ? undefined : files.text(path);
  if (content === undefined) return trouble("FATAL: the configuration file doesn't exist");
  try {
    const { runners } = parse(content);
    const bare = Array.isArray(runners) && runners.some((one) => Object(one)["token"] === undefined);
    return bare ? trouble("FATAL: a runner has no token") : text("Configuration is valid\n");
  } catch {
    return trouble("FATAL: the configuration isn't TOML");
  }
}

/** Of a container whose port 9252 is the host's: the metrics page; undefined where no manager listens there. */
export function managerMetrics(context: StandInContext): string | undefined {
  const container = Object.values(context.host.containers).find(
    (one) => one.service === "gitlab-runner" && one.status === "running",
  );
  if (container === undefined) return undefined;
  const { manager } = context.host;
  if (manager.listens !== undefined && !/^(?:0\.0\.0\.0|\[::\])?:9252$/.test(manager.listens)) return undefined;
  const version = /:(?:[a-z]+-)?v?([0-9.]+)/.exec(container.image)?.[1] ?? "19.5.1";
  return [
    "# TYPE gitlab_runner_version_info gauge",
    `gitlab_runner_version_info{architecture="amd64",name="gitlab-runner",os="linux",version="${version}"} 1`,
    `gitlab_runner_concurrent ${manager.concurrent}`,
    `gitlab_runner_configuration_loaded_total ${manager.loaded}`,
    `gitlab_runner_configuration_loading_error_total ${manager.loadingErrors}`,
    ...(manager.jobs === 0
      ? []
      : [
          `gitlab_runner_jobs{executor_stage="docker_run",runner="${shortToken(container, context)}",stage="step_script",state="running"} ${manager.jobs}`,
        ]),
    "",
  ].join("\n");
}

/** Of its first section, whose jobs they are. As gitlab-runner shortens tokens: helpers/shorten_token.go. */
function shortToken(container: ContainerRecord, { files }: StandInContext): string {
  const path = onHost(container, "/etc/gitlab-runner/config.toml");
  const content = path === undefined ? undefined : files.text(path);
  const token = /^\s*token = "(.*)"$/m.exec(content ?? "")?.[1] ?? "";
  return token.replace(/^glrt-(t[123]_)?/, "").slice(0, 9);
}

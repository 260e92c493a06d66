import type { JobRecord, ManagerRow, RunnerRecord } from "./state.ts";

/** "Online" is contact within two hours, "stale" none for three months (Runners API, statuses). */
const onlineFor = 2 * 3_600_000;
const staleAfter = 90 * 86_400_000;

export function when(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

function statusOf(contactedAt: number | undefined, createdAt: number, now: number): string {
  if (contactedAt === undefined) return now - createdAt > staleAfter ? "stale" : "never_contacted";
  if (now - contactedAt <= onlineFor) return "online";
  return now - contactedAt > staleAfter ? "stale" : "offline";
}

function lastContact(runner: RunnerRecord): number | undefined {
  return runner.managers.length === 0 ? undefined : Math.max(...runner.managers.map((row) => row.contactedAt));
}

/** As lists have it. */
export function runnerSummary(runner: RunnerRecord, jobs: readonly JobRecord[], now: number) {
  const { attributes, id, type } = runner;
  const contact = lastContact(runner);
  return {
    active: !attributes.paused,
    paused: attributes.paused,
    description: attributes.description,
    id,
    ip_address: "",
    is_shared: type === "instance_type",
    runner_type: type,
    name: runner.legacy ? "gitlab-runner" : null,
    online: contact === undefined ? null : now - contact <= onlineFor,
    status: statusOf(contact, runner.createdAt, now),
    job_execution_status: jobs.some((job) => job.runnerId === id && job.status === "running") ? "active" : "idle",
    created_at: when(runner.createdAt),
  };
}

/** As `GET /runners/:id` has it. */
export function runnerDetails(runner: RunnerRecord, jobs: readonly JobRecord[], now: number) {
  const { attributes } = runner;
  return {
    ...runnerSummary(runner, jobs, now),
    tag_list: attributes.tagList,
    run_untagged: attributes.runUntagged,
    locked: attributes.locked,
    maximum_timeout: attributes.maximumTimeout,
    access_level: attributes.accessLevel,
    version: runner.managers.at(-1)?.version ?? null,
    revision: null,
    platform: null,
    architecture: null,
    contacted_at: when(lastContact(runner) ?? null),
    maintenance_note: attributes.maintenanceNote,
    projects: [],
    groups: [],
  };
}

export function managerAnswer(runner: RunnerRecord, row: ManagerRow, jobs: readonly JobRecord[], now: number) {
  const busy = jobs.some(
    (job) => job.runnerId === runner.id && job.systemId === row.systemId && job.status === "running",
  );
  return {
    id: row.id,
    system_id: row.systemId,
    version: row.version,
    revision: null,
    platform: "linux",
    architecture: "amd64",
    created_at: when(row.createdAt),
    contacted_at: when(row.contactedAt),
    ip_address: "127.0.0.1",
    status: statusOf(row.contactedAt, row.createdAt, now),
    job_execution_status: busy ? "active" : "idle",
  };
}

/** The one project that jobs are of here. */
export const onlyProject = 1;

export function jobAnswer(job: JobRecord) {
  return {
    id: job.id,
    status: job.status,
    stage: "test",
    name: job.name,
    ref: "main",
    tag: false,
    coverage: null,
    created_at: when(job.createdAt),
    started_at: when(job.createdAt),
    finished_at: job.status === "running" ? null : when(job.createdAt),
    project: { id: onlyProject, name: "app", path_with_namespace: "acme/app" },
  };
}

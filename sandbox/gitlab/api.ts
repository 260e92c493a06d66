import type { SandboxClock } from "../clock.ts";
import type { SandboxRandom } from "../random.ts";
import { userOf } from "./access.ts";
import { GitLabError, type GitLabRequest, type GitLabResponse, json, nothing } from "./message.ts";
import { page } from "./page.ts";
import { Parameters } from "./parameters.ts";
import { jobAnswer, managerAnswer, onlyProject, runnerDetails, runnerSummary, when } from "./runner-answer.ts";
import {
  type AccessToken,
  type GitLabState,
  newRunner,
  type RunnerAttributes,
  type RunnerRecord,
  type RunnerType,
} from "./state.ts";

const types: readonly RunnerType[] = ["instance_type", "group_type", "project_type"];
interface Call {
  readonly request: GitLabRequest;
  readonly given: Parameters;
  readonly parts: readonly string[];
}

/**
 * The stand-in for GitLab's runner API: the calls that making, reading, changing and ending a runner takes, as GitLab's
 * documentation says them. Any other path is 501, loudly: this is no GitLab.
 */
export class GitLabApi {
  readonly state: GitLabState;
  readonly #clock: SandboxClock;
  readonly #random: SandboxRandom;

  constructor(state: GitLabState, clock: SandboxClock, random: SandboxRandom) {
    this.state = state;
    this.#clock = clock;
    this.#random = random;
  }

  handle(request: GitLabRequest): GitLabResponse {
    const response = this.#answered(request);
    const path = new URL(request.target, "http://gitlab.invalid").pathname;
    this.state.calls.push({ at: this.#clock.now(), method: request.method, path, status: response.status });
    return response;
  }

  /** Whether the call just answered was the last that its caller lived to make. */
  isKilled(): boolean {
    if (this.state.killAfter === null) return false;
    this.state.killAfter -= 1;
    if (this.state.killAfter > 0) return false;
    this.state.killAfter = null;
    return true;
  }

  /** As `gitlab-rails` does it: a token of a service account, with a value that the caller chose. */
  addAccessToken(token: Omit<AccessToken, "revoked">): void {
    for (const known of this.state.accessTokens) if (known.name === token.name) known.revoked = true;
    this.state.accessTokens.push({ ...token, revoked: false });
  }

  #answered(request: GitLabRequest): GitLabResponse {
    try {
      const { pathname } = new URL(request.target, "http://gitlab.invalid");
      if (!pathname.startsWith("/api/v4/")) throw unmodelled(request.method, pathname);
      const parts = pathname.slice("/api/v4/".length).split("/").map(decodeURIComponent);
      return this.#route({ request, given: new Parameters(request), parts });
    } catch (error) {
      if (error instanceof GitLabError) return json(error.status, error.body);
      throw error;
    }
  }

  #route(call: Call): GitLabResponse {
    const [first, second, third] = call.parts;
    switch (`${call.request.method} ${shapeOf(call.parts)}`) {
      case "GET version":
        this.#user(call, []);
        return json(200, { version: "19.5.1-ee", revision: "0123456789a", enterprise: true });
      case "POST user/runners":
        return this.#create(call);
      case "POST runners":
        return this.#registered(call);
      case "DELETE runners":
        return this.#removeByToken(call);
      case "POST runners/verify":
        return this.#verify(call);
      case "DELETE runners/managers":
        return this.#removeManager(call);
      case "POST runners/reset_authentication_token":
        return json(201, this.#reset(this.#byToken(call)));
      case "GET runners/all":
        this.#user(call, ["manage_runner", "read_api"], "admin");
        return this.#list(call, () => true);
      case `GET ${first}/*/runners`:
        this.#user(call, ["manage_runner", "read_api"]);
        return this.#list(call, (runner) => String(first === "groups" ? runner.groupId : runner.projectId) === second);
      case "GET runners/*":
        this.#user(call, ["manage_runner"]);
        return json(200, runnerDetails(this.#byId(second), this.state.jobs, this.#clock.now()));
      case "PUT runners/*":
        return this.#update(call, second);
      case "DELETE runners/*":
        this.#user(call, ["manage_runner"], "admin");
        this.#remove(this.#byId(second));
        return nothing;
      case "GET runners/*/managers":
        return this.#managers(call, second);
      case "GET runners/*/jobs":
        return this.#jobs(call, second);
      case "GET projects/*/jobs/*/trace":
        return this.#trace(call);
      case "POST runners/*/reset_authentication_token":
        this.#user(call, ["manage_runner"], "admin");
        return json(201, this.#reset(this.#byId(second)));
      default:
        throw unmodelled(call.request.method, `/api/v4/${[first, second, third].filter(Boolean).join("/")}`);
    }
  }

  #create(call: Call): GitLabResponse {
    const type = call.given.required("runner_type", types) as RunnerType;
    this.#user(call, ["create_runner"], type === "instance_type" ? "admin" : "any");
    const groupId = type === "group_type" ? Number(call.given.required("group_id")) : null;
    const projectId = type === "project_type" ? Number(call.given.required("project_id")) : null;
    const runner = this.#add(type, groupId, projectId, false, call.given.attributes(newRunner));
    return json(201, { id: runner.id, token: runner.token, token_expires_at: when(runner.tokenExpiresAt) });
  }

  #registered(call: Call): GitLabResponse {
    const token = call.given.required("token");
    const { registrationToken } = this.state;
    if (registrationToken === null) throw new GitLabError(410, { message: "410 Gone" });
    if (token !== registrationToken) throw new GitLabError(403, { message: "403 Forbidden - invalid token supplied" });
    const runner = this.#add("instance_type", null, null, true, call.given.attributes(newRunner));
    return json(201, { id: runner.id, token: runner.token, token_expires_at: when(runner.tokenExpiresAt) });
  }

  #add(
    type: RunnerType,
    groupId: number | null,
    projectId: number | null,
    legacy: boolean,
    attributes: RunnerAttributes,
  ): RunnerRecord {
    const now = this.#clock.now();
    const runner: RunnerRecord = {
      id: this.#id(),
      token: this.#token(type, legacy),
      tokenExpiresAt: this.#expiry(),
      type,
      groupId,
      projectId,
      legacy,
      createdAt: now,
      attributes,
      managers: [],
    };
    this.state.runners.push(runner);
    return runner;
  }

  #update(call: Call, id: string | undefined): GitLabResponse {
    this.#user(call, ["manage_runner"], "admin");
    const runner = this.#byId(id);
    runner.attributes = call.given.attributes(runner.attributes);
    return json(200, runnerDetails(runner, this.state.jobs, this.#clock.now()));
  }

  /** Makes the row of the manager that asks, as the real one does. */
  #verify(call: Call): GitLabResponse {
    const runner = this.#byToken(call);
    const systemId = call.given.text("system_id");
    if (systemId === undefined && !runner.legacy) throw new GitLabError(400, { error: "system_id is missing" });
    if (systemId !== undefined) this.contact(runner, systemId);
    return json(200, { id: runner.id, token: runner.token, token_expires_at: when(runner.tokenExpiresAt) });
  }

  /** As if the manager with this system id had asked for jobs. */
  contact(runner: RunnerRecord, systemId: string, version: string | null = null): void {
    const now = this.#clock.now();
    const row = runner.managers.find((candidate) => candidate.systemId === systemId);
    if (row === undefined) {
      runner.managers.push({ id: this.#id(), systemId, createdAt: now, contactedAt: now, version });
      return;
    }
    row.contactedAt = now;
    row.version = version ?? row.version;
  }

  #removeManager(call: Call): GitLabResponse {
    const runner = this.#byToken(call);
    const systemId = call.given.required("system_id");
    const at = runner.managers.findIndex((row) => row.systemId === systemId);
    if (at < 0) throw new GitLabError(404, { message: "404 Runner manager not found" });
    runner.managers.splice(at, 1);
    return nothing;
  }

  #removeByToken(call: Call): GitLabResponse {
    this.#remove(this.#byToken(call));
    return nothing;
  }

  #remove(runner: RunnerRecord): void {
    this.state.runners.splice(this.state.runners.indexOf(runner), 1);
  }

  #reset(runner: RunnerRecord) {
    runner.token = this.#token(runner.type, runner.legacy);
    runner.tokenExpiresAt = this.#expiry();
    return { token: runner.token, token_expires_at: when(runner.tokenExpiresAt) };
  }

  #managers(call: Call, id: string | undefined): GitLabResponse {
    this.#user(call, ["manage_runner"]);
    const runner = this.#byId(id);
    const now = this.#clock.now();
    return json(
      200,
      runner.managers.map((row) => managerAnswer(runner, row, this.state.jobs, now)),
    );
  }

  #jobs(call: Call, id: string | undefined): GitLabResponse {
    this.#user(call, ["manage_runner", "read_api"]);
    const runner = this.#byId(id);
    const status = call.given.text("status");
    const systemId = call.given.text("system_id");
    const found = this.state.jobs.filter(
      (job) =>
        job.runnerId === runner.id &&
        (status === undefined || job.status === status) &&
        (systemId === undefined || job.systemId === systemId),
    );
    return page(call.given, found.toReversed(), jobAnswer);
  }

  /** A job's log as plain text (Jobs API, "Get a log file"). */
  #trace(call: Call): GitLabResponse {
    this.#user(call, ["read_api"]);
    const [, project, , id] = call.parts;
    const job = this.state.jobs.find((one) => one.id === Number(id) && Number(project) === onlyProject);
    if (job === undefined) throw new GitLabError(404, { message: "404 Not found" });
    return { status: 200, headers: { "content-type": "text/plain" }, body: job.trace ?? "" };
  }

  #list(call: Call, fits: (runner: RunnerRecord) => boolean): GitLabResponse {
    const type = call.given.text("type");
    const now = this.#clock.now();
    const found = this.state.runners.filter((runner) => fits(runner) && (type === undefined || runner.type === type));
    return page(call.given, found.toReversed(), (runner) => runnerSummary(runner, this.state.jobs, now));
  }

  #user(call: Call, scopes: readonly string[], role: "admin" | "any" = "any"): AccessToken {
    return userOf(call.request, this.state.accessTokens, this.#clock.now(), scopes, role);
  }

  #byId(id: string | undefined): RunnerRecord {
    if (id === undefined || !/^\d+$/.test(id)) throw new GitLabError(400, { error: "id is invalid" });
    const runner = this.state.runners.find((candidate) => candidate.id === Number(id));
    if (runner === undefined) throw new GitLabError(404, { message: "404 Runner Not Found" });
    return runner;
  }

  #byToken(call: Call): RunnerRecord {
    const token = call.given.required("token");
    const runner = this.state.runners.find((candidate) => candidate.token === token);
    const expired = runner?.tokenExpiresAt != null && runner.tokenExpiresAt <= this.#clock.now();
    if (runner === undefined || expired) throw new GitLabError(403, { message: "403 Forbidden" });
    return runner;
  }

  #id(): number {
    const id = this.state.nextId;
    this.state.nextId += 1;
    return id;
  }

  #expiry(): number | null {
    const { tokenLifetime } = this.state;
    return tokenLifetime === null ? null : this.#clock.now() + tokenLifetime * 1000;
  }

  #token(type: RunnerType, legacy: boolean): string {
    const value = this.#random.base32(20).toLowerCase();
    return legacy ? value : `glrt-t${types.indexOf(type) + 1}_${value}`;
  }
}

function unmodelled(method: string, path: string): GitLabError {
  return new GitLabError(501, { error: `The sandbox's GitLab doesn't model ${method} ${path}` });
}

/** Numbers of a path as stars. */
function shapeOf(parts: readonly string[]): string {
  return parts.map((part) => (/^\d+$/.test(part) ? "*" : part)).join("/");
}

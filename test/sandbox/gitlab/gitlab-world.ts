import { VirtualClock } from "../../../sandbox/clock.ts";
import { GitLabApi } from "../../../sandbox/gitlab/api.ts";
import { type GitLabState, gitlabStateKey } from "../../../sandbox/gitlab/state.ts";
import { seededRandom } from "../../../sandbox/random.ts";

export const adminToken = "glpat-administrator-0001";

/** The stand-in for a GitLab with one administrator's token. */
export class GitLabWorld {
  readonly clock = new VirtualClock(Date.UTC(2026, 10, 24, 12));
  readonly state: GitLabState = gitlabStateKey.initial();
  readonly api = new GitLabApi(this.state, this.clock, seededRandom({ seed: 5 }));

  constructor() {
    const scopes = ["create_runner", "manage_runner"];
    this.api.addAccessToken({ name: "test", value: adminToken, scopes, admin: true, expiresAt: null });
  }

  call(method: string, path: string, body?: unknown, token: string | undefined = adminToken) {
    const {
      status,
      headers,
      body: text,
    } = this.api.handle({
      method,
      target: `/api/v4/${path}`,
      headers: {
        "content-type": "application/json",
        ...(token === undefined || token === "" ? {} : { "private-token": token }),
      },
      body: body === undefined ? "" : JSON.stringify(body),
    });
    return { status, headers, body: text === "" ? undefined : JSON.parse(text) };
  }
}

import { describe, expect, it } from "vitest";
import { GitLabWorld } from "./gitlab-world.ts";

const instance = { runner_type: "instance_type" };

describe("the stand-in for GitLab's runner API", () => {
  it("makes, tells, changes and ends a runner", () => {
    const gitlab = new GitLabWorld();
    const made = gitlab.call("POST", "user/runners", { ...instance, description: "a", tag_list: ["x", "y"] });
    expect(made).toMatchObject({ status: 201, body: { token_expires_at: null } });
    expect(made.body.token).toMatch(/^glrt-t1_/);
    const path = `runners/${made.body.id}`;
    expect(gitlab.call("GET", path).body).toMatchObject({ tag_list: ["x", "y"], status: "never_contacted" });
    expect(gitlab.call("PUT", path, { paused: true, tag_list: "z" }).body).toMatchObject({
      tag_list: ["z"],
      paused: true,
    });
    expect(gitlab.call("DELETE", path).status).toBe(204);
    expect(gitlab.call("GET", path)).toMatchObject({ status: 404, body: { message: "404 Runner Not Found" } });
  });

  it("never tells a token again", () => {
    const gitlab = new GitLabWorld();
    const { id, token } = gitlab.call("POST", "user/runners", instance).body;
    const told = [`runners/${id}`, "runners/all", `runners/${id}/managers`].map(
      (path) => gitlab.call("GET", path).body,
    );
    expect(JSON.stringify([told, gitlab.state.calls])).not.toContain(token);
  });

  it("lists in pages, newest first", () => {
    const gitlab = new GitLabWorld();
    for (let at = 0; at < 45; at += 1) gitlab.call("POST", "user/runners", instance);
    const pages = [1, 2, 3].map((number) => gitlab.call("GET", `runners/all?page=${number}`));
    expect(pages.map(({ body }) => body.length)).toEqual([20, 20, 5]);
    expect(pages.map(({ headers }) => headers["x-next-page"])).toEqual(["2", "3", ""]);
    expect(pages[0]?.body[0].id).toBe(45);
  });

  it.each([
    ["no token", "", 401],
    ["a token of nobody", "glpat-wrong", 401],
  ])("refuses %s", (_, token, status) => {
    expect(new GitLabWorld().call("GET", "runners/all", undefined, token).status).toBe(status);
  });

  it("knows scopes, roles, ends and revocations of tokens", () => {
    const gitlab = new GitLabWorld();
    const add = (name: string, scopes: readonly string[], admin: boolean, expiresAt: number | null = null) =>
      gitlab.api.addAccessToken({ name, value: `glpat-${name}`, scopes, admin, expiresAt });
    add("reads", ["read_api"], true);
    add("nobody", ["create_runner", "manage_runner"], false);
    add("over", ["api"], true, gitlab.clock.now());
    expect(gitlab.call("POST", "user/runners", instance, "glpat-reads").body.error).toBe("insufficient_scope");
    expect(gitlab.call("POST", "user/runners", instance, "glpat-nobody").status).toBe(403);
    expect(gitlab.call("GET", "runners/all", undefined, "glpat-over").body.error).toBe("invalid_token");
    add("reads", ["api"], true);
    expect(gitlab.state.accessTokens.filter(({ name, revoked }) => name === "reads" && revoked)).toHaveLength(1);
  });

  it.each([
    [{}, "runner_type is missing"],
    [{ runner_type: "shared" }, "runner_type does not have a valid value"],
    [{ ...instance, maximum_timeout: 60 }, "needs to be at least 10 minutes"],
    [{ ...instance, run_untagged: false }, "can not be empty when runner is not allowed to pick untagged jobs"],
    [{ ...instance, maintenance_note: "x".repeat(1025) }, "is too long"],
  ])("answers 400 to %j", (body, message) => {
    const answer = new GitLabWorld().call("POST", "user/runners", body);
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).toContain(message);
  });

  it("verifies a token, which makes the row of its manager", () => {
    const gitlab = new GitLabWorld();
    const { id, token } = gitlab.call("POST", "user/runners", instance).body;
    expect(gitlab.call("POST", "runners/verify", { token }).status).toBe(400);
    expect(gitlab.call("POST", "runners/verify", { token, system_id: "s_0123456789ab" }).body).toMatchObject({ id });
    expect(gitlab.call("GET", `runners/${id}/managers`).body).toMatchObject([{ status: "online" }]);
    expect(gitlab.call("POST", "runners/verify", { token: "glrt-x", system_id: "s_0123456789ab" }).status).toBe(403);
    expect(gitlab.call("DELETE", "runners/managers", { token, system_id: "s_0123456789ab" }).status).toBe(204);
    expect(gitlab.call("GET", `runners/${id}/managers`).body).toEqual([]);
  });

  it("ends the old token with the reset", () => {
    const gitlab = new GitLabWorld();
    gitlab.state.tokenLifetime = 86_400;
    const { id, token } = gitlab.call("POST", "user/runners", instance).body;
    const reset = gitlab.call("POST", `runners/${id}/reset_authentication_token`).body;
    expect(reset.token).not.toBe(token);
    expect(reset.token_expires_at).toBe("2026-11-25T12:00:00.000Z");
    const verify = (value: string) =>
      gitlab.call("POST", "runners/verify", { token: value, system_id: "s_0123456789ab" }).status;
    expect([verify(token), verify(reset.token)]).toEqual([403, 200]);
  });

  it("has registration tokens only where they are switched on", () => {
    const gitlab = new GitLabWorld();
    expect(gitlab.call("POST", "runners", { token: "GR1348941x" }, "").status).toBe(410);
    gitlab.state.registrationToken = "GR1348941x";
    expect(gitlab.call("POST", "runners", { token: "wrong" }, "").status).toBe(403);
    const { token } = gitlab.call("POST", "runners", { token: "GR1348941x" }, "").body;
    expect(gitlab.call("DELETE", "runners", { token }, "").status).toBe(204);
  });

  it("answers 501 to what it doesn't model", () => {
    expect(new GitLabWorld().call("GET", "projects").status).toBe(501);
  });
});

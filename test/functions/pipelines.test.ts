import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { listen } from "../../sandbox/listen.ts";
import { fleetkeeper } from "../cli/terminal.ts";
import { everything, synthesise, type Templates } from "../infra/synthesis.ts";
import { credentialsOf } from "./deployed.ts";
import { account, region } from "./environment.ts";
import { FunctionWorld } from "./function-world.ts";

const bucket = `fleetkeeper-state-${account}-${region}`;
const tiny = "desired-state/minimal.fleet.yaml";
let templates: Templates;
let world: FunctionWorld;
let server: Awaited<ReturnType<typeof listen>>;

/** What a pipeline's job types, with the credentials that its token was exchanged for. */
function type(role: "push" | "plan", line: string, pipeline = "7") {
  const { accessKeyId, secretAccessKey, sessionToken } = credentialsOf(world.sandbox, `fleetkeeper-pipeline-${role}`);
  vi.stubEnv("AWS_ACCESS_KEY_ID", accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", secretAccessKey);
  vi.stubEnv("AWS_SESSION_TOKEN", sessionToken);
  const env = { AWS_REGION: region, CI_PIPELINE_IID: pipeline, CI_COMMIT_SHA: "0123abc" };
  return fleetkeeper(`${line} --endpoint-url ${server.url} --bucket ${bucket}`, env);
}

beforeAll(() => {
  const [gitlab] = everything.pipelines;
  templates = synthesise({ ...everything, pipelines: [{ ...gitlab, fleets: ["tiny"] }] });
}, 60_000);
beforeEach(async () => {
  world = await FunctionWorld.open({ templates });
  server = await listen(world.sandbox);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

test("a pipeline's push role puts its fleet's file, first and later, and a late older pipeline is refused", async () => {
  expect(await type("push", `push ${tiny}`)).toMatchObject({ exit: 0, stderr: "" });
  expect(await type("push", `push ${tiny}`, "8")).toMatchObject({ exit: 0, stderr: "" });
  expect((await type("push", `push ${tiny}`, "3")).stderr).toContain("sequence 3 is refused");
  expect(world.enforcement.judgements.filter(({ decision }) => !decision.allowed)).toEqual([]);
});

test("beside other fleets it is told that its own is new", async () => {
  await world.push("acme", "apiVersion: fleetkeeper.dev/v1\n");
  const { exit, stderr } = await type("push", `push ${tiny}`);
  expect(exit).toBe(0);
  expect(stderr).toContain("tiny is new in this bucket, beside acme");
});

test("it can't put another project's fleet", async () => {
  const { exit, stderr } = await type("push", "push desired-state/acme.fleet.yaml");
  expect(exit).toBe(1);
  expect(stderr).toContain("AccessDenied");
  expect(await world.store.get("fleets/acme/desired.yaml")).toBeUndefined();
});

test("a plan role plans a candidate, what is in force and the only fleet without naming it, and can't push", async () => {
  await type("push", `push ${tiny}`);
  for (const line of [`plan --remote -f ${tiny}`, "plan --remote --fleet tiny", "plan --remote"]) {
    const { exit, stderr, stdout } = await type("plan", `${line} -o markdown`);
    expect(stderr, line).toBe("");
    expect(exit, line).toBe(2);
    expect(stdout, line).toContain("<!-- fleetkeeper plan tiny -->");
  }
  expect(world.enforcement.judgements.filter(({ decision }) => !decision.allowed)).toEqual([]);
  expect((await type("plan", `push ${tiny}`, "9")).exit).toBe(1);
});

test("neither may reconcile, collect or dispatch", async () => {
  await type("push", `push ${tiny}`);
  for (const role of ["push", "plan"] as const) {
    expect((await type(role, "reconcile --remote --fleet tiny")).stderr).toContain("AccessDenied");
    expect((await type(role, "gc --sweep --remote --fleet tiny")).stderr).toContain("AccessDenied");
  }
});

import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { PipelineJob, scriptOf } from "./pipeline-job.ts";

const gitlab = ".gitlab-ci.yml";
const github = ".github/workflows/fleetkeeper.yaml";
const files = { "a.fleet.yaml": "a", "b.fleet.yaml": "b", "c.fleet.yaml": "c" };
/** What the command ends with for one of the files, by its name; its plan's first line is the fleet's own. */
const command = `
file=\${*: -1}; [[ $2 != plan ]] || { file=$5; printf '<!-- fleetkeeper plan %s -->\\nplan of %s\\n' "\${file%%.*}" "$file"; }
printf '%s %s\\n' "$2" "$file" >>ran.txt
case $file in a.*) exit "\${ENDS_A:-2}" ;; *) exit 0 ;; esac`;

let job: PipelineJob;
afterEach(() => job.close());

describe.each([gitlab, github])("%s", (pipeline) => {
  it("pushes every file, though one is refused, and fails then", async () => {
    job = await PipelineJob.open(files);
    await job.standIn("node", command);
    const { exit } = await job.run(await scriptOf(pipeline, "push"), { ENDS_A: "1" });
    expect(await job.read("ran.txt")).toBe("push a.fleet.yaml\npush b.fleet.yaml\npush c.fleet.yaml\n");
    expect(exit).toBe(1);
    expect((await job.run(await scriptOf(pipeline, "push"), { ENDS_A: "0" })).exit).toBe(0);
  });

  it.each([
    ["1", 1, ["b", "c"]],
    ["127", 1, ["b", "c"]],
    ["3", 0, ["a", "b", "c"]],
    ["2", 0, ["a", "b", "c"]],
  ])(
    "a plan that ends with %s ends the job with %i, and the other files have their comments",
    async (ends, exit, told) => {
      job = await PipelineJob.open(files);
      await job.standIn("node", command);
      await job.standIn("gh", gitHubsCommand);
      await job.standIn(
        "curl",
        `for one; do [[ $one != body@* ]] || cat "\${one#body@}" >>comments.txt; done; printf '[]'
      for one; do [[ $one != headers.txt ]] || : >headers.txt; done`,
      );
      const ended = await job.run(await scriptOf(pipeline, "plan"), {
        ...surroundings,
        ENDS_A: ends,
      });
      expect(ended.exit, ended.output).toBe(exit);
      const comments = await job.read("comments.txt");
      expect(comments.match(/plan of \w/g)).toEqual(told.map((file) => `plan of ${file}`));
      expect(ended.output).toContain("plan of a.fleet.yaml");
    },
  );
});

const surroundings = {
  FLEETKEEPER_API_TOKEN: "token-of-a-reporter",
  CI_API_V4_URL: "http://127.0.0.1:9/api/v4",
  CI_PROJECT_ID: "7",
  CI_MERGE_REQUEST_IID: "3",
  GITHUB_REPOSITORY: "acme/fleets",
  GITHUB_STEP_SUMMARY: "summary.md",
  NUMBER: "3",
};

/** GitHub's command: two pages of comments, of which the second has ours where KNOWN says so. */
const gitHubsCommand = `
printf '%s\\n' "$*" >>gh.txt
case $* in
  *--paginate*) printf '[{"id":1,"body":"nice"}][{"id":22,"body":"%s"}]' "\${KNOWN:-another}" ;;
  *) last=\${*: -1}; cat "\${last#*@}" >>comments.txt ;;
esac`;

describe("comment-github", () => {
  const comment = ".fleetkeeper/desired-state/comment-github plan.md";

  it("makes a comment, and writes over the one that is there, wherever it is among the pages", async () => {
    job = await PipelineJob.open({ "plan.md": "<!-- fleetkeeper plan a -->\nthe plan\n" });
    await job.standIn("gh", gitHubsCommand);
    expect(await job.run(comment, surroundings)).toEqual({ exit: 0, output: "" });
    expect(await job.read("gh.txt")).toContain("--method POST repos/acme/fleets/issues/3/comments");
    await job.run(comment, { ...surroundings, KNOWN: "<!-- fleetkeeper plan a -->\\nan old plan" });
    expect(await job.read("gh.txt")).toContain("--method PATCH repos/acme/fleets/issues/comments/22");
    expect(await job.read("comments.txt")).toContain("the plan");
  });

  it("cuts what GitHub would refuse, and says where the whole is", async () => {
    job = await PipelineJob.open({ "plan.md": `<!-- fleetkeeper plan a -->\n${"é".repeat(70_000)}` });
    await job.standIn("gh", gitHubsCommand);
    expect((await job.run(comment, surroundings)).exit).toBe(0);
    const told = await job.read("comments.txt");
    expect(told.length).toBeLessThan(65_536);
    expect(told).toMatch(/é\n\n\*\*Cut here: the whole plan is in the summary of the job\.\*\*\n$/);
  });
});

describe("comment-gitlab", () => {
  const comment = ".fleetkeeper/desired-state/comment-gitlab plan.md";

  it("makes a comment, writes over the one on a later page, and shows its token to no list of processes", async () => {
    job = await PipelineJob.open({ "plan.md": "<!-- fleetkeeper plan a -->\nthe plan, 100 % of it & more\n" });
    const asked: string[] = [];
    let known = "another";
    const server = createServer(async (request, response) => {
      const body = await text(request);
      asked.push(`${request.method} ${request.url} ${body}`);
      if (request.headers["private-token"] !== "token-of-a-reporter") {
        response.writeHead(401).end();
        return;
      }
      if (request.method !== "GET") response.end("{}");
      else if (request.url?.endsWith("page=1")) response.setHeader("X-Next-Page", "2").end('[{"id":1,"body":"nice"}]');
      else response.setHeader("X-Next-Page", "").end(JSON.stringify([{ id: 22, body: known }]));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const env = { ...surroundings, CI_API_V4_URL: `http://127.0.0.1:${port}/api/v4` };
      expect(await job.run(comment, env)).toEqual({ exit: 0, output: "" });
      const notes = "/api/v4/projects/7/merge_requests/3/notes";
      expect(asked.slice(0, 2)).toEqual([`GET ${notes}?per_page=100&page=1 `, `GET ${notes}?per_page=100&page=2 `]);
      expect(asked[2]?.startsWith(`POST ${notes} body=`)).toBe(true);
      expect(new URLSearchParams(asked[2]?.split(" ")[2]).get("body")).toContain("the plan, 100 % of it & more");
      known = "<!-- fleetkeeper plan a -->\nan old plan";
      await job.run(comment, env);
      expect(asked.at(-1)?.startsWith(`PUT ${notes}/22 body=`)).toBe(true);
      const refused = await job.run(comment, { ...env, FLEETKEEPER_API_TOKEN: "of nobody" });
      expect(refused.exit).not.toBe(0);
      expect(refused.output).toContain("401");
      const without = await job.run(comment, { ...env, FLEETKEEPER_API_TOKEN: "" });
      expect(without).toEqual({ exit: 0, output: expect.stringContaining("the plan is in the job log only") });
    } finally {
      server.close();
    }
  });
});

async function text(request: IncomingMessage): Promise<string> {
  let whole = "";
  for await (const chunk of request) whole += String(chunk);
  return whole;
}

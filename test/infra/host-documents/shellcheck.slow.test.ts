import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { hostDocuments } from "../../../infra/host-documents/documents.ts";

const tool = existsSync(".venv/bin/shellcheck") ? ".venv/bin/shellcheck" : "shellcheck";
const missing = spawnSync(tool, ["--version"]).error !== undefined;

/** The parts are checked one by one elsewhere; as a whole, every variable and function must be there. */
it.skipIf(missing).each(hostDocuments().map(({ folder, script }) => [folder, script] as const))(
  "%s is clean as the host gets it",
  (_folder, script) => {
    // Parts bring functions and variables that not every script uses.
    const excluded = "SC2034,SC2317,SC2329";
    const args = ["--severity=style", "--shell=bash", `--exclude=${excluded}`, "-"];
    const { stdout, status } = spawnSync(tool, args, {
      input: script.replaceAll(/^# shellcheck .*disable=SC2154.*$/gm, "#"),
      encoding: "utf8",
    });
    expect(stdout).toBe("");
    expect(status).toBe(0);
  },
);

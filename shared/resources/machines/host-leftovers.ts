import type { CommandWriter } from "../../aws/commands-port.ts";
import { Failure } from "../../engine/failure.ts";
import type { JsonObject } from "../../engine/json.ts";
import { type GitLabSurroundings, removeDirectoryRequest, removeManagerRowRequest } from "./host-requests.ts";
import type { LeftoverSweeper } from "./witness-port.ts";

/** Milliseconds for which a deletion on a host is waited for. */
const patience = 60_000;

/** Deletes what is not EC2's by documents on the managers' hosts, under the lease's fence: each looks again before it acts. */
export function hostLeftovers(commands: Pick<CommandWriter, "run">, around: () => GitLabSurroundings): LeftoverSweeper {
  const run = async (
    manager: string,
    command: Parameters<CommandWriter["run"]>[1],
    what: string,
  ): Promise<string | undefined> => {
    const ran = await commands.run(manager, command, patience);
    if (ran.state === "done") return keptWhy(ran.result);
    throw new Failure({
      code: "NoAnswer",
      class: "retry",
      message: `${what} has not ended on ${manager} within ${patience / 1000} s`,
    });
  };
  return {
    async removeDirectory(manager, name, instanceId) {
      const what = `removing the directory ${name}`;
      const why = await run(manager, removeDirectoryRequest(name, instanceId), what);
      if (why !== undefined) throw kept(`${what} on ${manager}`, why);
    },
    async deleteManagerRow(managers, runnerId, systemId) {
      const what = `deleting the manager ${systemId} of runner ${runnerId} in GitLab`;
      let why: string | undefined = "no-manager";
      for (const manager of managers) {
        why = await run(manager, removeManagerRowRequest(around(), runnerId, systemId), what);
        if (why === undefined) return;
      }
      throw kept(what, why);
    },
  };
}

/** Why the one thing that was named stays; undefined where it is gone. */
function keptWhy({ kept: left }: JsonObject): string | undefined {
  if (!Array.isArray(left)) return "unreadable";
  const [first] = left;
  if (first === undefined) return undefined;
  const why = typeof first === "object" && first !== null && "why" in first ? first["why"] : undefined;
  return typeof why === "string" ? why : "unreadable";
}

/** What the documents say, for people. */
const reasons: Readonly<Record<string, string>> = {
  active: "a job runs there",
  changed: "it isn't as it was listed any more",
  "in-flight": "a docker-machine process works on it",
  "no-manager": "no manager lives whose host could be asked",
  "no-token": "no living manager has its runner's token",
  "not-a-directory": "it isn't a directory",
  own: "it is the living manager's own",
  "own-row-missing": "GitLab has no row of the living manager",
  spoke: "it spoke within a day",
};

function kept(what: string, why: string): Failure {
  const message = `${what} was refused on the host: ${reasons[why] ?? why}`;
  return new Failure({ code: "StillNeeded", class: "retry", message });
}

import type { InstanceProbe } from "../../aws/probe-port.ts";
import { Failure } from "../../engine/failure.ts";
import { listJobsRequest, listMachinesRequest } from "../common/host-request.ts";
import { gitLabAnswer, together } from "./gitlab-answer.ts";
import { askGitLabRequest, type GitLabSurroundings } from "./host-requests.ts";
import { managerAnswer } from "./list-machines.ts";
import type { WitnessReader } from "./witness-port.ts";

/** Milliseconds for which a look waits for an instance's answer. */
const patience = 30_000;

/** The same where GitLab is asked for each running job. */
const gitLabPatience = 240_000;

/** Who asks instances: in an account machines are asked by a role that may send list-jobs and nothing else. */
export interface Probes {
  readonly managers: InstanceProbe;
  readonly machines: InstanceProbe;
}

/**
 * Witnesses that are asked over Systems Manager: managers by the list-machines document, workers by list-jobs, GitLab by
 * ask-gitlab on the managers. What can't be asked at all is silent, never empty.
 */
export function hostWitnesses(
  { managers: probe, machines }: Probes,
  around: () => GitLabSurroundings,
  scalingGroups: WitnessReader["scalingGroups"],
): WitnessReader {
  return {
    async askManager(instanceId, nonce) {
      const answer = managerAnswer(await probe.ask(instanceId, listMachinesRequest(), patience), nonce);
      if (!("why" in answer)) return answer;
      throw new Failure({ code: "NoAnswer", class: "unknown", message: `the manager ${instanceId}: ${answer.why}` });
    },
    async jobContainers(instanceId) {
      if (!(await machines.hasAgent(instanceId))) return "no-agent";
      const { containers } = await machines.ask(instanceId, listJobsRequest(), patience);
      if (typeof containers === "number" && Number.isInteger(containers) && containers >= 0) return containers;
      throw silent(`the worker ${instanceId} didn't count its jobs`);
    },
    async askGitLab(managers, traces) {
      if (managers.length === 0) throw silent("there is no manager on whose host GitLab could be asked");
      const answers = await Promise.all(
        managers.map(async (id) => {
          const answer = gitLabAnswer(await probe.ask(id, askGitLabRequest(around(), traces), gitLabPatience));
          if (!("why" in answer)) return answer;
          throw new Failure({ code: "NoAnswer", class: "unknown", message: `the manager ${id}: ${answer.why}` });
        }),
      );
      return together(answers);
    },
    scalingGroups,
  };
}

function silent(message: string): Failure {
  return new Failure({ code: "NotAsked", class: "unknown", message });
}

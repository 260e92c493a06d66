import type { InstanceProbe } from "../../aws/probe-port.ts";
import { Failure } from "../../engine/failure.ts";
import { listJobsRequest, listMachinesRequest } from "../common/host-request.ts";
import { managerAnswer } from "./list-machines.ts";
import type { WitnessReader } from "./witness-port.ts";

/** Milliseconds for which a look waits for an instance's answer. */
const patience = 30_000;

/**
 * Witnesses that are asked over Systems Manager: managers by the list-machines document, workers by list-jobs. Nobody reads the traces of
 * running jobs here, so that witness isn't asked; what can't be asked at all is silent, never empty.
 */
export function hostWitnesses(probe: InstanceProbe): WitnessReader {
  return {
    async askManager(instanceId, nonce) {
      const answer = managerAnswer(await probe.ask(instanceId, listMachinesRequest(), patience), nonce);
      if (!("why" in answer)) return answer;
      throw new Failure({ code: "NoAnswer", class: "unknown", message: `the manager ${instanceId}: ${answer.why}` });
    },
    async jobContainers(instanceId) {
      if (!(await probe.hasAgent(instanceId))) return "no-agent";
      const { containers } = await probe.ask(instanceId, listJobsRequest(), patience);
      if (typeof containers === "number" && Number.isInteger(containers) && containers >= 0) return containers;
      throw silent(`the worker ${instanceId} didn't count its jobs`);
    },
    tracedMachines: async () => "not-asked",
    async managerRows() {
      throw silent("GitLab isn't asked for its runner managers");
    },
    async scalingGroups() {
      throw silent("Auto Scaling groups aren't listed");
    },
  };
}

function silent(message: string): Failure {
  return new Failure({ code: "NotAsked", class: "unknown", message });
}

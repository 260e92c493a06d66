import { paginateDescribeInstanceInformation, type SSMClient } from "@aws-sdk/client-ssm";
import { Failure } from "../engine/failure.ts";
import { toFailure } from "./classify.ts";
import { type CommandSurroundings, commandWriter } from "./commands.ts";
import { allItems } from "./pages.ts";
import type { InstanceProbe } from "./probe-port.ts";

/** @param ssm a client that may send commands and nothing else that writes */
export function instanceProbe(ssm: SSMClient, surroundings: CommandSurroundings): InstanceProbe {
  // What only reads carries no fence; a command that would need one is refused before it is sent.
  const commands = commandWriter(ssm, surroundings, () => undefined);
  return {
    async ask(instanceId, command, wait) {
      const run = await commands.run(instanceId, command, wait);
      if (run.state === "done") return run.result;
      throw new Failure({
        code: "NoAnswer",
        class: "retry",
        message: `${command.document} has not ended on ${instanceId} within ${Math.round(wait / 1000)} s`,
      });
    },
    async hasAgent(instanceId) {
      const input = { Filters: [{ Key: "InstanceIds", Values: [instanceId] }] };
      try {
        const nodes = await allItems(
          paginateDescribeInstanceInformation({ client: ssm }, input),
          (page) => page.InstanceInformationList,
        );
        return nodes.some(({ InstanceId }) => InstanceId === instanceId);
      } catch (error) {
        throw toFailure(error, `asking Systems Manager for an agent of ${instanceId}`);
      }
    },
  };
}

import { machinesMarkerOf, machinesReaderOf } from "../shared/aws/access.ts";
import { Failure } from "../shared/engine/failure.ts";
import { tag } from "../shared/resources/machines/machine.ts";
import type { Io } from "./io.ts";
import type { CommonOptions } from "./options.ts";
import { awsConfig, personOf } from "./state.ts";

/** Puts the tag on a machine that collection leaves alone whatever else is found, or takes it off. */
export async function setKeep(io: Io, id: string, keep: boolean, options: CommonOptions): Promise<number> {
  const aws = awsConfig(io, options);
  if (!/^i-[0-9a-f]+$/.test(id)) {
    throw new Failure({
      code: "InvalidArgument",
      class: "terminal",
      message: `${JSON.stringify(id)} isn't the id of an instance`,
    });
  }
  const states = await machinesReaderOf(aws).instanceStates([id]);
  const state = states[id];
  if (state === undefined || state === "terminated") {
    throw new Failure({
      code: "NoSuchInstance",
      class: "terminal",
      message: state === undefined ? `EC2 tells of no instance ${id}` : `${id} is terminated`,
    });
  }
  const marker = machinesMarkerOf(aws, () => undefined);
  if (keep) await marker.tag([id], tag.keep, personOf(io));
  else await marker.untag([id], tag.keep);
  const text = keep ? `${id} is kept, whatever is found about it\n` : `${id} is judged like any other again\n`;
  io.stdout.write(
    options.output === "json" ? `${JSON.stringify({ version: 1, instance: id, kept: keep }, null, 2)}\n` : text,
  );
  return 0;
}

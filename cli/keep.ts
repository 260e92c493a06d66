import { machinesMarkerOf } from "../shared/aws/access.ts";
import { Failure } from "../shared/engine/failure.ts";
import { tag } from "../shared/resources/machines/machine.ts";
import type { Whose } from "../shared/resources/machines/whose.ts";
import { openFleet } from "./fleet-session.ts";
import type { Io } from "./io.ts";
import type { CommonOptions } from "./options.ts";
import { awsConfig, personOf } from "./state.ts";

export interface KeepOptions extends CommonOptions {
  readonly fleet?: string;
}

/**
 * Puts the tag on a machine that collection leaves alone whatever else is found, or takes it off. Only on machines of the
 * fleet, told as collection tells them: what is another fleet's is another fleet's to keep.
 */
export async function setKeep(io: Io, id: string, keep: boolean, options: KeepOptions): Promise<number> {
  if (!/^i-[0-9a-f]+$/.test(id)) {
    throw new Failure({
      code: "InvalidArgument",
      class: "terminal",
      message: `${JSON.stringify(id)} isn't the id of an instance`,
    });
  }
  const { fleet, reconciler } = await openFleet(io, options);
  const whose = await reconciler.collection.whose(fleet, id);
  if (whose.of !== "this-fleet") throw notOurs(id, fleet.metadata.name, whose);
  const marker = machinesMarkerOf(awsConfig(io, options), () => undefined);
  if (keep) await marker.tag([id], tag.keep, personOf(io));
  else await marker.untag([id], tag.keep);
  const text = keep ? `${id} is kept, whatever is found about it\n` : `${id} is judged like any other again\n`;
  io.stdout.write(
    options.output === "json" ? `${JSON.stringify({ version: 1, instance: id, kept: keep }, null, 2)}\n` : text,
  );
  return 0;
}

function notOurs(id: string, fleet: string, whose: Exclude<Whose, { of: "this-fleet" }>): Failure {
  switch (whose.of) {
    case "nobody":
      return new Failure({ code: "NoSuchInstance", class: "terminal", message: whose.why });
    case "somebody-else":
      return new Failure({
        code: "NotOwned",
        class: "terminal",
        message: `${id} isn't a machine of ${fleet} (${whose.reason.code})`,
        hint: "`fleetkeeper gc --explain` says by what a fleet's machines are told; --fleet names another fleet.",
      });
    case "another-kind":
      return new Failure({
        code: "NotAMachine",
        class: "terminal",
        message: `${id} is a ${whose.kind} of its fleet, no machine of its runners: it is never collected`,
      });
  }
}

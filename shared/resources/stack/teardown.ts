import type { Fleet } from "../../desired/fleet.ts";
import type { KindTeardown } from "../../engine/kind.ts";
import { hostServices } from "../common/host-request.ts";
import { kind, type StackDesired } from "./desired.ts";
import type { StackState } from "./state.ts";

const over: ReadonlySet<string> = new Set(["exited", "created", "dead", "removing"]);

/** Services stop in good order before their host goes: the manager first, for its last jobs report to GitLab. */
export const stackTeardown: KindTeardown<Fleet, StackDesired, StackState> = {
  diff({ name, observed }) {
    if (observed.type !== "service") return [];
    const manager = { kind, name: `service/${hostServices.runner}` };
    return [
      {
        target: { kind, name },
        verb: "delete",
        changes: [{ path: "state", to: "stopped" }],
        risk: "destructive",
        reason: name === manager.name ? "it ends with its last job" : "it stops before its host goes",
        ownership: "ours",
        ...(name === manager.name ? {} : { needs: [manager] }),
      },
    ];
  },
  identity: (name) => ({ name }),
  ended: (_name, observed) => observed.type !== "service" || over.has(observed.state),
  within: { kind: "host", name: "instance" },
};

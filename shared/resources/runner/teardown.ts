import type { Fleet } from "../../desired/fleet.ts";
import type { KindTeardown } from "../../engine/kind.ts";
import { kind, type RunnerDesired } from "./desired.ts";
import { sectionDeletion } from "./diff.ts";
import type { RunnerState } from "./state.ts";

/** Each runner takes no more jobs, ends those that it has and its machines, and then its registration and its section. */
export const runnerTeardown: KindTeardown<Fleet, RunnerDesired, RunnerState> = {
  diff({ name, observed }) {
    if (observed.type !== "section") return [];
    const reason = "it takes no more jobs; once its jobs and machines have ended, its runner and its section end";
    return [{ ...sectionDeletion({ kind, name }, observed), risk: "destructive", reason }];
  },
  identity: (name, observed) => ({ name, type: observed.type }),
  ended: (_name, observed) => observed.type !== "section",
  within: { kind: "host", name: "instance" },
};

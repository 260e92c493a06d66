import { declaredGlobal, declaredSection } from "../../desired/runners/declared-config.ts";
import type { RunnerFleet, Runners } from "../../desired/runners/runners-schema.ts";
import type { TomlTable } from "../../desired/runners/toml-value.ts";
import { type Surroundings, surrounded } from "./surroundings.ts";

export interface RenderContext {
  /** `metadata.name`. */
  readonly fleetName: string;
  /** For sections that name no GitLab of their own. */
  readonly gitlabUrl: string;
  /** Left out: only what the file declares is rendered, and nothing that follows from the fleet around it. */
  readonly surroundings?: Surroundings;
}

/** By which a live section is found again: `name` of its `[[runners]]`. */
export function runnerNameOf(fleetName: string, fleet: RunnerFleet): string {
  return fleet.runnerName ?? `${fleetName}-${fleet.name}`;
}

/** config.toml as it should be, without the four keys that are the runner's own. */
export function renderConfig(runners: Runners, context: RenderContext): TomlTable {
  const global = declaredGlobal(runners.manager).table;
  const sections = runners.fleets.map((fleet) => renderSection(fleet, context));
  return {
    ...(context.surroundings === undefined || global["listen_address"] !== undefined
      ? {}
      : { listen_address: context.surroundings.listenAddress }),
    ...global,
    ...(sections.length === 0 ? {} : { runners: sections }),
  };
}

function renderSection(fleet: RunnerFleet, context: RenderContext): TomlTable {
  const declared = {
    name: runnerNameOf(context.fleetName, fleet),
    url: fleet.url ?? context.gitlabUrl,
    ...declaredSection(fleet).table,
  };
  return context.surroundings === undefined
    ? declared
    : surrounded(fleet, declared, context.fleetName, context.surroundings);
}

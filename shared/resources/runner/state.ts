import { type ConfigChange, compareConfig } from "./compare.ts";
import { expectedDigests } from "./digests.ts";
import type { Reading, ToldRunner } from "./reading.ts";
import { sectionName, sectionsOf } from "./sections.ts";
import { parseToml } from "./toml.ts";

/** Where the host's documents ask for the manager's metrics. */
export const metricsAddress = ":9252";

export type ApiTokenState = { readonly type: "api-token"; readonly token: Reading["gitlab"]["apiToken"] };

/** What of config.toml isn't as the file has it. */
interface Compared {
  readonly changes: readonly ConfigChange[];
  /** Paths of which it can't be told. */
  readonly unknown: readonly string[];
}

export type ManagerState = {
  readonly type: "manager";
  readonly instanceId: string;
  /** config.toml as it should be, as TOML with marks for secrets. */
  readonly template: string;
  readonly changes: readonly ConfigChange[];
  readonly metrics: Reading["metrics"];
};

export type SectionState = {
  readonly type: "section";
  readonly instanceId: string;
  readonly template: string;
  /** Whether config.toml has it, with a token. */
  readonly state: "whole" | "tokenless" | "missing";
  readonly changes: readonly ConfigChange[];
  /** Null: GitLab told nothing of it. */
  readonly runner: ToldRunner | null;
  /** A registration began and did not end. */
  readonly registering: boolean;
  /** Somebody asked for a new token. */
  readonly rotating: boolean;
};

export type RunnerState = ApiTokenState | ManagerState | SectionState;

/** One reading, compared once, and shared out to the resources. */
export class ReadConfig {
  readonly reading: Reading;
  readonly #compared: Compared;
  readonly #declared: readonly string[];
  readonly #whole: ReadonlySet<string>;
  readonly #tokenless: ReadonlySet<string>;

  /** @throws Error where the host's TOML can't be parsed */
  constructor(reading: Reading, template: string, exclusive: boolean) {
    this.reading = reading;
    const desired = parseToml(template);
    const live = parseToml(reading.config?.toml ?? "");
    const digests = reading.expected === null ? undefined : expectedDigests(parseToml(reading.expected));
    const ids = new Map(Object.entries(reading.ids).map(([name, id]) => [name, BigInt(id)]));
    this.#compared = compareConfig(desired, live, { exclusive, ids, ...(digests === undefined ? {} : { digests }) });
    this.#declared = sectionsOf(desired).map(sectionName);
    const named = (hasToken: boolean) =>
      sectionsOf(live).flatMap((one) => {
        const id = one["id"];
        const known = [...ids].find(([, value]) => value === id)?.[0];
        const names = known === undefined ? [sectionName(one)] : [sectionName(one), known];
        return (one["token"] !== undefined) === hasToken ? names : [];
      });
    this.#whole = new Set(named(true));
    this.#tokenless = new Set(named(false));
  }

  stateOf(section: string): SectionState["state"] {
    if (this.#whole.has(section)) return "whole";
    return this.#tokenless.has(section) ? "tokenless" : "missing";
  }

  /** What GitLab told of a section, under its name or the one that it had before somebody changed it. */
  runnerOf(section: string): ToldRunner | null {
    const { runners } = this.reading.gitlab;
    const id = this.reading.ids[section];
    return runners[section] ?? Object.values(runners).find((one) => id !== undefined && one.id === id) ?? null;
  }

  /** Of the declared sections each its own; of the manager the rest. */
  comparedOf(section: string | undefined): Compared {
    const mine = (path: string) =>
      section === undefined ? !this.#declared.some((name) => isWithin(path, name)) : isWithin(path, section);
    return {
      changes: this.#compared.changes.filter(({ path }) => mine(path)).map((change) => this.#inForce(change)),
      unknown: this.#compared.unknown.filter(mine),
    };
  }

  /** A manager that answers where the host asks for its metrics was started with that address, whatever the file says now. */
  #inForce(change: ConfigChange): ConfigChange {
    const answers = this.reading.metrics !== null && change.to === metricsAddress;
    return change.path === "listen_address" && answers
      ? { ...change, effect: "reload", why: "the manager listens there already" }
      : change;
  }
}

function isWithin(path: string, section: string): boolean {
  const prefix = `runners[${section}]`;
  return path === prefix || path.startsWith(`${prefix}.`);
}

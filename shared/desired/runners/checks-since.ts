import type { Finding, Path } from "../problem.ts";
import { isAtLeast } from "./runner-version.ts";
import type { RunnerFleet, Runners } from "./runners-schema.ts";

/** Fields that older runners don't read. Sources: GitLab Runner docs' history notes and its change log. */
const fleetFields: readonly { readonly path: Path; readonly since: string }[] = [
  { path: ["machine", "optionsWithName"], since: "18.6" },
  { path: ["machine", "maxRemovalAttempts"], since: "19.1" },
  { path: ["autoscaler", "instanceAcquireTimeout"], since: "18.1" },
  { path: ["cache", "s3", "roleArn"], since: "17.8" },
  { path: ["cache", "s3", "serverSideEncryptionKeyId"], since: "15.3" },
];

const managerFields: readonly { readonly path: Path; readonly since: string }[] = [
  { path: ["shutdownDrain"], since: "18.10" },
];

export function checkSince(fleet: RunnerFleet, version: string | undefined, path: Path): Finding[] {
  return tooNew(fleet, fleetFields, version, path);
}

export function checkManagerSince(manager: Runners["manager"], version: string | undefined, path: Path): Finding[] {
  return tooNew(manager, managerFields, version, path);
}

function tooNew(value: object, fields: typeof fleetFields, version: string | undefined, base: Path): Finding[] {
  if (version === undefined) return [];
  return fields.flatMap(({ path, since }): Finding[] =>
    isAtLeast(version, since) || !isDeclared(value, path)
      ? []
      : [
          {
            severity: "warning",
            path: [...base, ...path],
            message: `GitLab Runner ${version} doesn't read this yet`,
            expected: `GitLab Runner ${since} or later`,
          },
        ],
  );
}

function isDeclared(value: unknown, [first, ...rest]: Path): boolean {
  if (first === undefined) return value !== undefined;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, first)) return false;
  return isDeclared(Reflect.get(value, first), rest);
}

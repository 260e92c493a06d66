import type { Finding, Path } from "../problem.ts";
import { suggest } from "../suggest.ts";
import { knownMachineOptions, type MachineOptionName, machineOptions } from "./machine-options.ts";
import type { MachineFleet } from "./runners-schema.ts";

/** Linux takes host names of up to 64 characters; docker-machine sets the machine's name as its host name. */
const longestName = 64;
/** `runner-`, the short token, a hyphen, and seconds and eight digits for `%s`. */
const nameOverhead = "runner-".length + 9 + 1 + 19 - "%s".length;

export function checkMachine(fleet: MachineFleet, fleetName: string | undefined, path: Path): Finding[] {
  const { machine } = fleet;
  const at = [...path, "machine"];
  return [
    ...(machine.machineName === undefined && fleetName === undefined
      ? []
      : checkName(machine.machineName ?? `${fleetName}-${fleet.name}-%s`, machine.machineName !== undefined, at)),
    ...checkOptions(machine, at),
    ...checkSpot(machine, at),
    ...(machine.securityGroupReadonly === false
      ? [
          {
            severity: "error",
            path: [...at, "securityGroupReadonly"],
            message: "docker-machine would open ports 22 and 2376 to the whole internet",
            expected: "true",
          } satisfies Finding,
        ]
      : []),
    ...(machine.metadataTokens === "optional"
      ? [
          {
            severity: "warning",
            path: [...at, "metadataTokens"],
            message: "jobs will reach the machine's credentials with a single request",
          } satisfies Finding,
        ]
      : []),
  ];
}

function checkName(template: string, declared: boolean, at: Path): Finding[] {
  const path = declared ? [...at, "machineName"] : at;
  if (template.split("%s").length !== 2) {
    return [
      {
        severity: "error",
        path,
        message: "must hold %s exactly once",
        expected: "such as acme-build-%s",
        got: template,
        hint: "GitLab's rule: %s is where each machine's own part of the name goes; without it the second machine fails.",
      },
    ];
  }
  if (!/^[A-Za-z0-9.-]*$/.test(template.replace("%s", ""))) {
    return [
      {
        severity: "error",
        path,
        message: "holds characters that no host name has",
        expected: "letters, digits, dots and hyphens",
        got: template,
      },
    ];
  }
  const length = template.length + nameOverhead;
  if (length <= longestName) return [];
  return [
    {
      severity: "error",
      path,
      message: `machines' names would have ${length} characters, and host names have ${longestName} at most`,
      expected: `a machineName of at most ${longestName - nameOverhead} characters, %s included`,
      got: template,
    },
  ];
}

function checkOptions(machine: MachineFleet["machine"], at: Path): Finding[] {
  if ((machine.driver ?? "amazonec2") !== "amazonec2") return [];
  const typed = new Map(
    (Object.keys(machineOptions) as MachineOptionName[])
      .filter((name) => machine[name] !== undefined)
      .map((name) => [machineOptions[name].option as string, name]),
  );
  return (machine.options ?? []).flatMap((option, index): Finding[] => {
    const path = [...at, "options", index];
    const key = option.replace(/=.*$/s, "");
    if (key.startsWith("-")) {
      return [{ severity: "error", path, message: "starts with a hyphen", expected: option.replace(/^-+/, "") }];
    }
    if (!knownMachineOptions.has(key)) {
      const meant = suggest(key, [...knownMachineOptions]);
      return [
        {
          severity: "error",
          path,
          message: `docker-machine's amazonec2 driver has no option ${key}: no machine would be made`,
          ...(meant === undefined ? {} : { hint: `Did you mean ${meant}?` }),
        },
      ];
    }
    if (/-(?:access-key|secret-key|session-token)$/.test(key)) {
      return [
        {
          severity: "error",
          path,
          message: "docker-machine would store this key in clear for every machine; no secret may be in the file",
          hint: "Leave it out: the manager has the host's role.",
        },
      ];
    }
    const field = typed.get(key);
    if (field === undefined) return [];
    return [{ severity: "error", path, message: `set twice: by ${field} too`, expected: "one of the two" }];
  });
}

function checkSpot(machine: MachineFleet["machine"], at: Path): Finding[] {
  if (machine.spotPrice === undefined || machine.requestSpotInstance === true) return [];
  return [
    {
      severity: "warning",
      path: [...at, "spotPrice"],
      message: "without effect: requestSpotInstance isn't true",
      hint: "docker-machine's rule: a price alone makes no spot instance.",
    },
  ];
}

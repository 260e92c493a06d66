import { logEvents } from "../functions/common/log-event.ts";
import { metrics } from "../functions/common/metrics.ts";
import { alarmDefinitions } from "./alarms.ts";
import { installationOf } from "./installation.ts";
import { boundaryGrants } from "./policies/boundary.ts";
import type { Grant } from "./policies/grant.ts";
import { pushGrants } from "./policies/pipeline-grants.ts";
import { type Documents, rolePolicies } from "./policies/role-policies.ts";
import { settingsSchema } from "./settings.ts";

/** Generated parts of docs/deploy.md, docs/permissions.md and docs/runbook.md, by the names of their places. */
export function infraReference(documents: Documents): Readonly<Record<string, string>> {
  const settings = settingsSchema.parse({
    account: "123456789012",
    region: "eu-central-1",
    hostedZones: ["Z0123456789ABC"],
    people: ["arn:aws:iam::123456789012:role/admins"],
  });
  const installation = installationOf(settings);
  const roles = Object.entries(rolePolicies(installation, documents)).map(([name, policies]) =>
    [
      `### ${installation.roles[name as keyof typeof installation.roles]}`,
      "",
      grantTable(Object.values(policies).flat()),
    ].join("\n"),
  );
  return {
    settings: table(
      ["setting", "default", "means"],
      Object.entries(settingsSchema.shape).map(([name, field]) => {
        const fallback = field.safeParse(undefined);
        const shown = !fallback.success
          ? "required"
          : fallback.data === undefined
            ? "none"
            : JSON.stringify(fallback.data);
        return [`\`${name}\``, shown, field.description ?? ""];
      }),
    ),
    roles: [
      ...roles,
      ["### A pipeline's push role", "", grantTable(pushGrants(installation, ["acme"]))].join("\n"),
      ["### The boundary of roles that the reconciler makes", "", grantTable(boundaryGrants(installation))].join("\n"),
    ].join("\n\n"),
    alarms: table(
      ["alarm", "means"],
      alarmDefinitions(settings).map(({ name, means }) => [`[${name}](#${name})`, means]),
    ),
    metrics: table(
      ["metric", "unit", "means"],
      Object.entries(metrics).map(([name, { unit, means }]) => [`\`${name}\``, unit, means]),
    ),
    events: table(
      ["event", "level", "means"],
      Object.entries(logEvents).map(([name, { level, means }]) => [`\`${name}\``, level, means]),
    ),
  };
}

function grantTable(grants: readonly Grant[]): string {
  return table(
    ["statement", "actions", "on", "why"],
    grants.map(({ sid, effect, actions, resources, except, conditions, why }) => [
      effect === "Deny" ? `**deny** ${sid}` : sid,
      actions.map((action) => `\`${action}\``).join(" "),
      `${except === true ? "all but " : ""}${resources.map((resource) => `\`${resource}\``).join(" ")}${conditions === undefined ? "" : ` where \`${JSON.stringify(conditions)}\``}`,
      why,
    ]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

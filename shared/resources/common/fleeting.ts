import type { Fleet } from "../../desired/fleet.ts";

/**
 * Where a section names no plugin: one version of GitLab's for Auto Scaling groups, so that nothing changes by itself. The
 * newest that nixpkgs packages (`fleeting-plugin-aws`, November 2026).
 */
export const defaultPlugin = "aws:1.1.0";

/** What GitLab's own registry has; others are named with their registry. */
const known: ReadonlySet<string> = new Set(["aws", "azure", "googlecloud"]);

/**
 * The fleeting plugins that the runner manager must have, as `autoscaler.plugin` names them. A bare name that GitLab's
 * registry doesn't have is a program that somebody puts on the manager's path.
 *
 * Source: GitLab Runner docs, "Fleeting", plugin formats.
 */
export function pluginsOf({ spec }: Fleet): readonly string[] {
  const named = (spec.runners?.fleets ?? []).flatMap((section) =>
    section.executor === "docker+machine" ? [] : [section.autoscaler.plugin ?? defaultPlugin],
  );
  const published = (plugin: string) =>
    /^[A-Za-z0-9._:/-]+$/.test(plugin) && (/[:/]/.test(plugin) || known.has(plugin));
  return [...new Set(named)].filter(published).sort();
}

/** Whether a section of the file sizes a group at AWS: its plugin asks the SDK for the region, which no file of its own tells. */
export function usesAutoscaler({ spec }: Fleet): boolean {
  return (spec.runners?.fleets ?? []).some(({ executor }) => executor !== "docker+machine");
}

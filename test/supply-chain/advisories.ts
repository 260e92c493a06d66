import * as z from "zod/mini";

const reportSchema = z.object({
  vulnerabilities: z.record(
    z.string(),
    z.object({ severity: z.string(), range: z.string(), via: z.array(z.unknown()) }),
  ),
  metadata: z.object({ dependencies: z.object({ total: z.number() }) }),
});

const refusalSchema = z.object({ message: z.string() });

/** What is known of vulnerabilities: none, some, or that nobody answered. The last is never taken for the first. */
export type Advisories =
  | { readonly state: "clean"; readonly packages: number }
  | { readonly state: "vulnerable"; readonly found: readonly string[] }
  | { readonly state: "unknown"; readonly why: string };

/**
 * Reads what `npm audit --json` prints.
 * @param exit its exit code: 0 only where it found nothing
 */
export function readAdvisories(exit: number, stdout: string): Advisories {
  let answer: unknown;
  try {
    answer = JSON.parse(stdout);
  } catch {
    return { state: "unknown", why: "npm audit gave no report" };
  }
  const report = reportSchema.safeParse(answer);
  if (!report.success) {
    const refusal = refusalSchema.safeParse(answer);
    return {
      state: "unknown",
      why: refusal.success ? refusal.data.message : "npm audit gave a report of another shape",
    };
  }
  const { vulnerabilities, metadata } = report.data;
  const found = Object.entries(vulnerabilities).map(([name, { severity, range, via }]) => {
    const titles = via.map((one) => (typeof one === "object" && one !== null && "title" in one ? one.title : one));
    return `${severity}: ${name} ${range} (${titles.join("; ")})`;
  });
  if (found.length > 0) return { state: "vulnerable", found };
  if (exit !== 0) return { state: "unknown", why: `npm audit found nothing and ended with ${exit}` };
  return { state: "clean", packages: metadata.dependencies.total };
}

/** Stryker's states of a mutant that was run or set aside. */
type MutantStatus =
  | "Killed"
  | "Survived"
  | "NoCoverage"
  | "Timeout"
  | "CompileError"
  | "RuntimeError"
  | "Ignored"
  | "Pending";

/** How many changes were noticed: by a failing test, or by one that never ended. A change that no test reaches counts as unnoticed. */
export function scoreOf(results: readonly { readonly status: MutantStatus }[]): string {
  const count = (...statuses: readonly MutantStatus[]) =>
    results.filter(({ status }) => statuses.includes(status)).length;
  const noticed = count("Killed", "Timeout");
  const unnoticed = count("Survived", "NoCoverage");
  const score = noticed + unnoticed === 0 ? 100 : (100 * noticed) / (noticed + unnoticed);
  return `${score.toFixed(1)} % of ${noticed + unnoticed} (killed ${count("Killed")}, timed out ${count("Timeout")}, survived ${count("Survived")}, not covered ${count("NoCoverage")}, ignored ${count("Ignored")}, errors ${count("CompileError", "RuntimeError")})`;
}

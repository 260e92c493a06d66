import type { Finding, Path } from "./problem.ts";

/** Members of a list that stand in it before. */
export function checkRepeated(items: readonly string[], path: Path): Finding[] {
  return items.flatMap((item, index) =>
    items.indexOf(item) === index
      ? []
      : [{ severity: "error", path: [...path, index], message: "listed twice", got: item } satisfies Finding],
  );
}

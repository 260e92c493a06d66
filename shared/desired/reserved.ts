import type { Json } from "../engine/json.ts";
import type { Finding, Path } from "./problem.ts";

/** How marks begin that stand for secrets and their digests in what is sent to the host. */
const mark = "@@fleetkeeper-";

/** Text that the host would take for a mark of ours, and put a secret in its place. */
export function checkReserved(data: Json, path: Path = []): Finding[] {
  if (typeof data === "string") return data.includes(mark) ? [finding(path)] : [];
  if (Array.isArray(data)) return (data as readonly Json[]).flatMap((one, at) => checkReserved(one, [...path, at]));
  if (typeof data !== "object" || data === null) return [];
  return Object.entries(data).flatMap(([key, value]) => [
    ...(key.includes(mark) ? [{ ...finding([...path, key]), at: "key" } satisfies Finding] : []),
    ...checkReserved(value, [...path, key]),
  ]);
}

function finding(path: Path): Finding {
  return {
    severity: "error",
    path,
    message: `${mark} begins a mark that stands for a secret`,
    expected: "another text",
    hint: "Secrets are named in fields of their own.",
  };
}

import { GitLabError, type GitLabRequest } from "./message.ts";
import type { RunnerAttributes } from "./state.ts";

/** What a call was given, from its query and its body: JSON or a form. */
export class Parameters {
  readonly #values: ReadonlyMap<string, unknown>;

  constructor(request: GitLabRequest) {
    const query = new URL(request.target, "http://gitlab.invalid").searchParams;
    this.#values = new Map([...query, ...bodyOf(request)]);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** @throws GitLabError 400 where it is missing or isn't one of those allowed */
  required(name: string, allowed?: readonly string[]): string {
    const value = this.#values.get(name);
    if (value === undefined || value === null || value === "") throw invalid(`${name} is missing`);
    if (allowed !== undefined && !allowed.includes(String(value))) throw invalid(`${name} does not have a valid value`);
    return String(value);
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    return value === undefined ? undefined : String(value ?? "");
  }

  number(name: string): number | undefined {
    const value = this.#values.get(name);
    if (value === undefined || value === null || value === "") return undefined;
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw invalid(`${name} is invalid`);
    return number;
  }

  flag(name: string): boolean | undefined {
    const value = this.#values.get(name);
    if (value === undefined) return undefined;
    if (value === true || value === "true" || value === "1") return true;
    if (value === false || value === "false" || value === "0") return false;
    throw invalid(`${name} is invalid`);
  }

  /** A list, or a text parted by commas. */
  list(name: string): readonly string[] | undefined {
    const value = this.#values.get(name);
    if (value === undefined) return undefined;
    const items = Array.isArray(value) ? value.map(String) : String(value ?? "").split(",");
    return [...new Set(items.map((item) => item.trim()).filter((item) => item !== ""))];
  }

  /** A runner's attributes after this call. @throws GitLabError 400 as GitLab's model validates */
  attributes(before: RunnerAttributes): RunnerAttributes {
    const level = this.has("access_level")
      ? this.required("access_level", ["not_protected", "ref_protected"])
      : before.accessLevel;
    const after: RunnerAttributes = {
      description: this.text("description") ?? before.description,
      tagList: this.list("tag_list") ?? before.tagList,
      runUntagged: this.flag("run_untagged") ?? before.runUntagged,
      locked: this.flag("locked") ?? before.locked,
      paused: this.flag("paused") ?? before.paused,
      accessLevel: level === "ref_protected" ? "ref_protected" : "not_protected",
      maximumTimeout: this.has("maximum_timeout") ? (this.number("maximum_timeout") ?? null) : before.maximumTimeout,
      maintenanceNote: this.text("maintenance_note") ?? before.maintenanceNote,
    };
    const problems: Record<string, readonly string[]> = {
      ...(after.maximumTimeout !== null && after.maximumTimeout < 600
        ? { maximum_timeout: ["needs to be at least 10 minutes"] }
        : {}),
      ...((after.maintenanceNote?.length ?? 0) > 1024
        ? { maintenance_note: ["is too long (maximum is 1024 characters)"] }
        : {}),
      ...((after.description?.length ?? 0) > 1024 ? { description: ["is too long (maximum is 1024 characters)"] } : {}),
      ...(after.tagList.length > 50
        ? { tags_list: ["Too many tags specified. Please limit the number of tags to 50"] }
        : {}),
      ...(!after.runUntagged && after.tagList.length === 0
        ? { tags_list: ["can not be empty when runner is not allowed to pick untagged jobs"] }
        : {}),
    };
    if (Object.keys(problems).length > 0) throw new GitLabError(400, { message: problems });
    return after;
  }
}

function invalid(error: string): GitLabError {
  return new GitLabError(400, { error });
}

function bodyOf({ body, headers }: GitLabRequest): readonly (readonly [string, unknown])[] {
  if (body === "") return [];
  const type = headers["content-type"] ?? "application/x-www-form-urlencoded";
  if (type.startsWith("application/json")) {
    try {
      return Object.entries(JSON.parse(body) as Record<string, unknown>);
    } catch {
      throw new GitLabError(400, { error: "The request body could not be parsed" });
    }
  }
  if (type.startsWith("application/x-www-form-urlencoded")) return [...new URLSearchParams(body)];
  throw new GitLabError(501, { error: `The sandbox's GitLab doesn't read bodies of type ${type}` });
}

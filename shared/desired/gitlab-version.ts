export type GitLabEdition = "ce" | "ee";

/** `19.5.3` in its parts. */
export interface GitLabVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

const whole = /^(\d{1,2})\.(\d{1,2})\.(\d{1,3})$/;

/** @param text `19.5.3`; undefined where it is anything else */
export function parseGitLabVersion(text: string): GitLabVersion | undefined {
  const parts = whole.exec(text);
  if (parts === null) return undefined;
  return { major: Number(parts[1]), minor: Number(parts[2]), patch: Number(parts[3]) };
}

export function gitLabVersionText({ major, minor, patch }: GitLabVersion): string {
  return `${major}.${minor}.${patch}`;
}

/** Below, equal or above zero, as a sort wants it. */
export function compareGitLabVersions(a: GitLabVersion, b: GitLabVersion): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}

/** The same without patches. */
export function compareMinors(a: GitLabVersion, b: GitLabVersion): number {
  return a.major - b.major || a.minor - b.minor;
}

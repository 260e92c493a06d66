export interface GitLabRequest {
  readonly method: string;
  /** With its query: `/api/v4/runners/all?page=2`. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface GitLabResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer that is an error: the body is what GitLab would say. */
export class GitLabError extends Error {
  override readonly name: string = "GitLabError";
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, body: Readonly<Record<string, unknown>>) {
    super(JSON.stringify(body));
    this.status = status;
    this.body = body;
  }
}

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): GitLabResponse {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(value) };
}

export const nothing: GitLabResponse = { status: 204, headers: {}, body: "" };

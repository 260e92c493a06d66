/** `unknown`: it could not be looked at, which is not the same as being fine. */
export interface Diagnosis {
  readonly check: string;
  readonly verdict: "ok" | "warning" | "wrong" | "unknown";
  readonly message: string;
  readonly hint?: string;
}

export type Finding = Omit<Diagnosis, "check">;

/** One thing to look at: its name, and the look, which throws where it can't tell. */
export type Check = readonly [name: string, look: () => Promise<Finding>];

export function ok(message: string): Finding {
  return { verdict: "ok", message };
}

export function warning(message: string, hint: string): Finding {
  return { verdict: "warning", message, hint };
}

export function wrong(message: string, hint: string): Finding {
  return { verdict: "wrong", message, hint };
}

/** What the command line touches of its process: passed in, so that tests run commands without starting a process. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborted when the user interrupts: long commands end in good order. */
  readonly interrupted: AbortSignal;
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  random(): number;
}

export interface Output {
  write(text: string): void;
  readonly isTerminal: boolean;
  readonly columns: number;
}

/** Whether colours are wanted on a stream. See https://no-color.org and FORCE_COLOR. */
export function wantsColour(output: Output, env: Io["env"]): boolean {
  if (env["NO_COLOR"] !== undefined && env["NO_COLOR"] !== "") return false;
  if (env["FORCE_COLOR"] !== undefined && env["FORCE_COLOR"] !== "0") return true;
  return output.isTerminal && env["TERM"] !== "dumb";
}

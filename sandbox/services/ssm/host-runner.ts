/** One step of a document, ready to run: what the agent on an instance would run as root. */
export interface HostStep {
  readonly commandId: string;
  readonly instanceId: string;
  /** The step's name in the document. */
  readonly name: string;
  /** The lines of `runCommand`, parameters put in where the document pastes them. */
  readonly script: string;
  /** `SSM_<parameter>` for parameters with `interpolationType: ENV_VAR`, and what the agent itself sets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where the document names one. */
  readonly workingDirectory?: string;
  /** After which the step must be killed. */
  readonly timeoutSeconds: number;
}

/** How a step ended. `lost`: the agent went away; Systems Manager never hears of it. Output is whole; it is cut by the service. */
export type HostOutcome =
  | { readonly kind: "exited"; readonly exitCode: number; readonly stdout: string; readonly stderr: string }
  | { readonly kind: "timed-out"; readonly stdout: string; readonly stderr: string }
  | { readonly kind: "cancelled"; readonly stdout: string; readonly stderr: string }
  | { readonly kind: "lost" };

/**
 * Runs document steps on the sandbox's instances. Steps of different commands may run at the same time, as with the real
 * agent. It rejects only for a fault of its own.
 */
export interface HostRunner {
  /** @param signal aborted when the command is cancelled; the step then ends as `cancelled` */
  run(step: HostStep, signal: AbortSignal): Promise<HostOutcome>;
}

/** Where nothing can run hosts: every step fails and says that it was recorded, not executed. */
export const recordingRunner: HostRunner = {
  run: async ({ name }) => ({
    kind: "exited",
    exitCode: NOT_EXECUTED,
    stdout: "",
    stderr: `sandbox: step ${name} was recorded, not executed: no host runner is active here\n`,
  }),
};

/** The exit code of what was recorded only: 254, which the host scripts don't use. */
export const NOT_EXECUTED = 254;

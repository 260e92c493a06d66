/**
 * The name docker-machine is given by GitLab Runner: `runner-<short token>-<MachineName>`, where `%s` in MachineName
 * becomes `<seconds since 1970>-<8 hexadecimal digits>`. The machine's key pair carries the same name, and so does its
 * directory on the manager. Source: gitlab-runner executors/docker/machine/name.go.
 */
export interface MachineName {
  /** The name with `%s` put back: `runner-t9wkyjhg-acme-%s`. Two machines are of one section if these are equal. */
  readonly template: string;
  /** When the manager made the name up, by the manager's clock, in epoch milliseconds. */
  readonly namedAt: number;
}

const shape = /^(runner-(?:[A-Za-z0-9.-]*-)?)(\d{10})-[0-9a-f]{8}([A-Za-z0-9.-]*)$/;

/** Undefined for whatever isn't a machine's name. */
export function parseMachineName(name: string): MachineName | undefined {
  const match = shape.exec(name);
  if (match === null) return undefined;
  const [, before = "", seconds = "", after = ""] = match;
  return { template: `${before}%s${after}`, namedAt: Number(seconds) * 1000 };
}

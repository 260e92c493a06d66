import { readSecret } from "../../shared/aws/secret.ts";
import { secretPath } from "../../shared/desired/names.ts";
import { rootPasswordRequest } from "../../shared/resources/common/host-request.ts";
import { findHost, type HostOptions, onHost } from "../host-session.ts";
import type { Io } from "../io.ts";
import { awsConfig } from "../state.ts";

/**
 * `root-password`: GitLab's first root password. The host moves it into Parameter Store itself, and this command reads it
 * there with the caller's own rights: it is in no command, no answer and no history of Systems Manager. On stdout is the
 * password alone.
 */
export async function run(io: Io, _: readonly string[], options: HostOptions): Promise<number> {
  const session = await findHost(io, options);
  const name = secretPath(session.fleet, "root-password");
  const { moved } = await onHost(session, (send) => send(rootPasswordRequest(name)));
  const value = await readSecret(awsConfig(io, options), name);
  if (value === undefined) {
    io.stderr.write(
      `there is no initial root password: GitLab isn't up yet, or it was deleted at a start after its first day\n`,
    );
    return 1;
  }
  io.stderr.write(`${moved === true ? "moved to" : "read from"} ${name}; change it in GitLab\n`);
  io.stdout.write(
    options.output === "json" ? `${JSON.stringify({ version: 1, parameter: name, password: value })}\n` : `${value}\n`,
  );
  return 0;
}

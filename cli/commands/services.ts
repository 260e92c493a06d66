import { parseFleet } from "../../shared/desired/fleet.ts";
import { Failure } from "../../shared/engine/failure.ts";
import type { JsonObject } from "../../shared/engine/json.ts";
import type { HostCommand } from "../../shared/resources/common/host-command.ts";
import { composeRequest, drainRunnerRequest, hostServices } from "../../shared/resources/common/host-request.ts";
import { servicesOf } from "../../shared/resources/stack/render-compose.ts";
import { findHost, type HostOptions, onHost } from "../host-session.ts";
import type { Io } from "../io.ts";

const verbs = ["stop", "start", "restart"] as const;
type Verb = (typeof verbs)[number];

/** Seconds that one look at a draining manager takes on the host. */
const drainLook = 20;

/** `services stop|start|restart [SERVICE...]`: on the host, the manager only after its last job. */
export async function run(io: Io, [verb = "", ...named]: readonly string[], options: HostOptions): Promise<number> {
  const chosen = verbs.find((one) => one === verb);
  if (chosen === undefined) {
    throw new Failure({
      code: "InvalidArgument",
      class: "terminal",
      message: `services takes ${verbs.join(", ")}, not ${JSON.stringify(verb)}`,
    });
  }
  const session = await findHost(io, options);
  const { accepted } = await session.reconciler.engine.store.load(session.fleet);
  const parsed = accepted === undefined ? undefined : parseFleet(accepted.body, session.fleet);
  const known: readonly string[] = parsed?.ok === true ? servicesOf(parsed.fleet) : [];
  const unknown = named.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Failure({
      code: "NoSuchService",
      class: "terminal",
      message: `${session.fleet} has no service ${unknown}; it has ${known.join(", ")}`,
    });
  }
  const services = named.length === 0 ? known : named;
  await onHost(session, (send) => act(io, send, chosen, services));
  io.stdout.write(`${chosen}: ${services.join(", ")}\n`);
  if (chosen === "stop") {
    io.stdout.write("the next run starts what is stopped; to keep it so: fleetkeeper suspend --for 2h --reason ...\n");
  }
  return 0;
}

async function act(
  io: Io,
  send: (command: HostCommand) => Promise<JsonObject>,
  verb: Verb,
  services: readonly string[],
): Promise<void> {
  const others = services.filter((name) => name !== hostServices.runner);
  if (others.length > 0) await send(composeRequest(verb, others));
  if (others.length === services.length) return;
  if (verb !== "start") await drain(io, send);
  // A drained manager's container is gone: it is made anew, not started.
  if (verb !== "stop") await send(composeRequest("up", [hostServices.runner]));
}

async function drain(io: Io, send: (command: HostCommand) => Promise<JsonObject>): Promise<void> {
  for (;;) {
    const { drained, jobs } = await send(drainRunnerRequest(drainLook));
    if (drained === true) return;
    io.stderr.write(`the runner manager takes no new jobs; ${String(jobs ?? "some")} still run\n`);
    if (io.interrupted.aborted) {
      throw new Failure({
        code: "Interrupted",
        class: "retry",
        message: "interrupted while the runner manager was draining",
        hint: "It goes on draining; repeat the command to go on.",
      });
    }
  }
}

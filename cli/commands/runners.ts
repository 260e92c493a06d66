import { type Fleet, parseFleet } from "../../shared/desired/fleet.ts";
import { Failure } from "../../shared/engine/failure.ts";
import { runnersText, versionDiffers } from "../../shared/report/runners-text.ts";
import { requestSurroundings } from "../../shared/resources/runner/desired.ts";
import { askRotationRequest, tellRunnersRequest } from "../../shared/resources/runner/host-requests.ts";
import { readReading } from "../../shared/resources/runner/reading.ts";
import { runnerNameOf } from "../../shared/resources/runner/render.ts";
import { rollCall } from "../../shared/resources/runner/roll-call.ts";
import { askHost, findHost, type HostOptions, type HostSession, onHost } from "../host-session.ts";
import type { Io } from "../io.ts";

interface Options extends HostOptions {
  readonly cancel?: true;
}

/**
 * `runners`: what GitLab says of each runner beside what the file says. Exit 0 where all are registered, online and as
 * declared, else 2. `runners rotate NAME` asks for a new token, which a later run makes once the runner is drained.
 */
export async function run(io: Io, [verb, name, ...more]: readonly string[], options: Options): Promise<number> {
  if (verb !== undefined && (verb !== "rotate" || name === undefined || more.length > 0)) {
    throw new Failure({
      code: "InvalidArgument",
      class: "terminal",
      message: "runners takes nothing, or `rotate NAME`",
      hint: "fleetkeeper runners rotate build",
    });
  }
  const session = await findHost(io, options);
  const fleet = await fleetInForce(session);
  return name === undefined ? tell(io, options, session, fleet) : rotate(io, options, session, fleet, name);
}

async function tell(io: Io, options: Options, session: HostSession, fleet: Fleet): Promise<number> {
  const reading = readReading(await askHost(session, tellRunnersRequest(requestSurroundings(fleet, io.now()))));
  if ("unreadable" in reading) {
    throw new Failure({ code: "Unreadable", class: "terminal", message: reading.unreadable });
  }
  const answer = rollCall(fleet, reading);
  io.stdout.write(
    options.output === "json"
      ? `${JSON.stringify({ version: 1, fleet: session.fleet, ...answer }, null, 2)}\n`
      : runnersText(answer, io.now()),
  );
  const fine = answer.runners.every(
    (row) =>
      row.gitlab.state === "registered" &&
      row.gitlab.status === "online" &&
      row.file !== null &&
      row.differences.length === 0 &&
      !row.rotating &&
      !versionDiffers(row),
  );
  return fine && answer.why === null ? 0 : 2;
}

async function rotate(io: Io, options: Options, session: HostSession, fleet: Fleet, name: string): Promise<number> {
  const section = sectionNamed(fleet, name);
  const phase = options.cancel === true ? "cancel" : "ask";
  await onHost(session, (send) => send(askRotationRequest(requestSurroundings(fleet, io.now()), section, phase)));
  if (options.output === "json") {
    const asked = phase === "ask";
    io.stdout.write(`${JSON.stringify({ version: 1, fleet: session.fleet, section, asked }, null, 2)}\n`);
  } else if (phase === "cancel") {
    io.stdout.write(`${section} keeps its token; what was drained for a new one comes back with the next run\n`);
  } else {
    io.stdout.write(
      `${section} gets a new token from the next run that may disrupt it: it drains and its machines end first\n`,
    );
    io.stdout.write(
      "see what that run would do: fleetkeeper plan; take it back: fleetkeeper runners rotate --cancel\n",
    );
  }
  return 0;
}

/** By the fleet's name in the file, or the section's in config.toml. */
function sectionNamed(fleet: Fleet, name: string): string {
  const fleets = fleet.spec.runners?.fleets ?? [];
  const known = fleets.map((one) => [one.name, runnerNameOf(fleet.metadata.name, one)] as const);
  const found = known.find(([short, section]) => short === name || section === name);
  if (found !== undefined) return found[1];
  throw new Failure({
    code: "NoSuchRunner",
    class: "terminal",
    message: `the file has no runners named ${JSON.stringify(name)}; it has ${known.map(([short]) => short).join(", ") || "none"}`,
  });
}

async function fleetInForce({ fleet, reconciler }: HostSession): Promise<Fleet> {
  const { accepted } = await reconciler.engine.store.load(fleet);
  const parsed = accepted === undefined ? undefined : parseFleet(accepted.body, fleet);
  if (parsed?.ok === true) return parsed.fleet;
  throw new Failure({
    code: "NothingInForce",
    class: "terminal",
    message: `no valid file is in force for ${fleet}`,
    hint: "push its file and run `fleetkeeper reconcile`",
  });
}

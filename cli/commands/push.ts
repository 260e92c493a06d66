import { problemsText } from "../../shared/desired/problem-text.ts";
import { Failure } from "../../shared/engine/failure.ts";
import { type PushResult, pushRevision } from "../../shared/store/desired-revisions.ts";
import { FleetStore } from "../../shared/store/fleet-store.ts";
import { fleetsFolder } from "../../shared/store/keys.ts";
import type { ObjectStore } from "../../shared/store/object-store.ts";
import { parseFleetFile, readFleetFile } from "../fleet-file.ts";
import type { Io } from "../io.ts";
import type { CommonOptions } from "../options.ts";
import { openState } from "../state.ts";

interface PushOptions extends CommonOptions {
  readonly sequence?: string;
  readonly commit?: string;
  readonly resetSequence?: true;
}

type Pushed = PushResult & { readonly fleet: string; readonly region: string };

/** `push FILE`: validates, then puts the file in force by one conditional write. Exit 0, or 1 with nothing written. */
export async function run(io: Io, [name = ""]: readonly string[], options: PushOptions): Promise<number> {
  const result = await pushFile(io, name, options);
  if (options.output === "json") {
    const { body: _, ...revision } = result.revision;
    io.stdout.write(`${JSON.stringify({ version: 1, state: result.state, revision }, null, 2)}\n`);
  } else {
    const what = result.state === "pushed" ? "is in force for the next run" : "was there already";
    io.stdout.write(`${name}: sequence ${result.revision.sequence} ${what}\n`);
  }
  return 0;
}

/** @throws Failure `InvalidFile` after the problems were printed, or what the bucket refuses */
export async function pushFile(io: Io, name: string, options: PushOptions): Promise<Pushed> {
  const file = await readFleetFile(name, io.cwd);
  const parsed = parseFleetFile(file);
  const problems = parsed.ok ? parsed.warnings : parsed.problems;
  if (problems.length > 0) io.stderr.write(`${problemsText(problems)}\n`);
  if (!parsed.ok) throw invalid(name);
  const fleet = parsed.fleet.metadata.name;
  const store = await openState(io, options, parsed.fleet.spec.region);
  await tellOfOthers(io, store, fleet);
  const result = await pushRevision(store, {
    fleet,
    body: file.text,
    commit: options.commit ?? io.env["CI_COMMIT_SHA"] ?? io.env["GITHUB_SHA"] ?? "",
    sequence: await sequenceOf(io, options, store, fleet, file.text),
    at: io.now(),
    ...(options.resetSequence === true ? { resetSequence: true } : {}),
  });
  return { ...result, fleet, region: parsed.fleet.spec.region };
}

/** A fleet with a new name is a new fleet: who meant to rename one should know that the old one is still kept. */
async function tellOfOthers(io: Io, store: ObjectStore, fleet: string): Promise<void> {
  const there = await store.folders(fleetsFolder);
  if (there.length === 0 || there.includes(fleet)) return;
  io.stderr.write(
    `note: ${fleet} is new in this bucket, beside ${there.join(", ")}. A renamed fleet is another fleet: ` +
      "what the old one has is kept as its own file says until it is destroyed.\n",
  );
}

export function invalid(name: string): Failure {
  return new Failure({
    code: "InvalidFile",
    class: "terminal",
    message: `${name} is not valid, so nothing was done with it`,
    hint: "correct what is said above; `fleetkeeper validate` says it again",
  });
}

/** As asked, else the pipeline's own number, else one more than what is there (the same for the same content). */
async function sequenceOf(
  io: Io,
  options: PushOptions,
  store: ObjectStore,
  fleet: string,
  body: string,
): Promise<number> {
  const given = options.sequence ?? io.env["CI_PIPELINE_IID"] ?? io.env["GITHUB_RUN_NUMBER"];
  if (given !== undefined) return Number(given);
  const { newest } = await new FleetStore(store).load(fleet);
  if (newest === undefined) return 1;
  return newest.body === body ? newest.sequence : newest.sequence + 1;
}

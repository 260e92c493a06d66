import { type Fleet, parseFleet } from "../shared/desired/fleet.ts";
import { Failure } from "../shared/engine/failure.ts";
import { type BackupsWanted, backupsWanted } from "../shared/resources/gitlab/desired.ts";
import type { HostSession } from "./host-session.ts";

/** What the revision in force says of backups. @throws Failure `NoBackups` */
export async function backupsOf(session: Pick<HostSession, "fleet" | "reconciler">): Promise<BackupsWanted> {
  return (await backedUpFleet(session)).wanted;
}

/** The same with all of the file. @throws Failure `NoBackups` */
export async function backedUpFleet({
  fleet,
  reconciler,
}: Pick<HostSession, "fleet" | "reconciler">): Promise<{ readonly file: Fleet; readonly wanted: BackupsWanted }> {
  const { accepted } = await reconciler.engine.store.load(fleet);
  const parsed = accepted === undefined ? undefined : parseFleet(accepted.body, fleet);
  const wanted = parsed?.ok === true ? backupsWanted(parsed.fleet) : undefined;
  if (parsed?.ok === true && wanted !== undefined) return { file: parsed.fleet, wanted };
  throw new Failure({
    code: "NoBackups",
    class: "terminal",
    message: `the file in force of ${fleet} has no host.backups`,
    hint: "Add host.backups with a bucket, and push it.",
  });
}

import type { ContainerRecord } from "../host-state.ts";
import { type StandInAnswer, type StandInContext, text, trouble } from "../stand-in.ts";
import { onHost } from "./container-paths.ts";
import {
  forgetServices,
  type GitLabData,
  gitLabData,
  gitLabOf,
  omnibusOf,
  putGitLabData,
  removedSettings,
  secretsOf,
} from "./gitlab-data.ts";

type Program = (args: readonly string[], container: ContainerRecord, context: StandInContext) => StandInAnswer;

/** Programs of GitLab's image by which it is asked, backed up, restored and upgraded. */
export const gitLabPrograms: Readonly<Record<string, Program>> = {
  "gitlab-psql": psql,
  "gitlab-backup": backup,
  "gitlab-ctl": control,
  "gitlab-rake": rake,
  "/opt/gitlab/embedded/bin/ruby": ruby,
};

const noDatabase = () => trouble("psql: error: connection to server on socket failed: No such file or directory", 2);

/** The three questions that documents ask. */
function psql(args: readonly string[], container: ContainerRecord, context: StandInContext): StandInAnswer {
  const data = gitLabData(container, context);
  if (data === undefined) return noDatabase();
  const sql = args.at(-1) ?? "";
  if (sql.includes("server_version_num")) return text(`${data.postgresql}0004\n`);
  if (sql.includes("batched_background_migrations")) {
    const now = context.clock.now();
    const left = data.migrations.filter((one) => one.failed || one.endsAt > now);
    return text(left.map((one) => `${one.failed ? 4 : 1}|${one.name}\n`).join(""));
  }
  if (sql.includes("FROM projects")) return text(`${data.projects}|${data.users}\n`);
  return trouble(`ERROR:  the sandbox doesn't know this query: ${sql.slice(0, 60)}`);
}

const backups = "/var/opt/gitlab/backups";

function backup(
  [verb, ...args]: readonly string[],
  container: ContainerRecord,
  context: StandInContext,
): StandInAnswer {
  const data = gitLabData(container, context);
  const directory = onHost(container, backups);
  if (data === undefined || directory === undefined) return noDatabase();
  const settings = new Map(
    args.map((arg): [string, string] => [arg.split("=")[0] ?? "", arg.slice(arg.indexOf("=") + 1)]),
  );
  const id = settings.get("BACKUP") ?? String(Math.floor(context.clock.now() / 1000));
  const archive = `${directory}/${id}_gitlab_backup.tar`;
  if (verb === "create") {
    const skipped = (settings.get("SKIP") ?? "").split(",");
    const work = `/tmp/backup-${context.random.hex(8)}`;
    const information = `:gitlab_version: ${data.version}${data.edition === "ee" ? "-ee" : ""}\n:backup_id: ${id}\n`;
    const members = {
      "backup_information.yml": information,
      ...(skipped.includes("db") ? {} : { "db/database.sql.gz": `sandbox-gitlab ${JSON.stringify(data)}\n` }),
      ...(skipped.includes("repositories") ? {} : { "repositories/default/000.bundle": "bundle\n" }),
    };
    const writes = Object.entries(members).map(
      ([name, content]) =>
        `/usr/bin/mkdir -p ${work}/${name.includes("/") ? name.slice(0, name.lastIndexOf("/")) : ""} && printf %s ${quoted(content)} >${work}/${name}`,
    );
    return {
      inside: [
        `/usr/bin/mkdir -p ${work} ${directory}`,
        ...writes,
        `/usr/bin/tar -C ${work} -cf ${archive} ${Object.keys(members).join(" ")}`,
        `/usr/bin/rm -rf ${work}`,
      ].join(" && "),
      stdout: `Backup ${id} is done.\n`,
    };
  }
  if (verb !== "restore") return trouble(`gitlab-backup: the sandbox doesn't know ${verb}`, 1);
  const content = context.files.read(archive)?.toString("latin1");
  if (content === undefined) return trouble(`The backup file ${id}_gitlab_backup.tar does not exist!`);
  const [edition, version] = gitLabOf(container);
  const of = /:gitlab_version: (\S+)/.exec(content)?.[1];
  if (of !== `${version}${edition === "ee" ? "-ee" : ""}`)
    return trouble(`GitLab version mismatch: backup is of ${of}`);
  const database = /sandbox-gitlab (\{.*\})\n/.exec(content)?.[1];
  if (database === undefined) return trouble("restoring the database failed");
  putGitLabData(container, context, { ...(JSON.parse(database) as GitLabData), startedAt: data.startedAt });
  return text(`Restore task is done.\n`);
}

function quoted(content: string): string {
  return `'${content.replaceAll("'", "'\\''")}'`;
}

function control(
  [verb, ...args]: readonly string[],
  container: ContainerRecord,
  context: StandInContext,
): StandInAnswer {
  const data = gitLabData(container, context);
  switch (verb) {
    case "stop":
      container.down = [...new Set([...(container.down ?? []), ...args])];
      return text("ok: down\n");
    case "start":
    case "restart":
      container.down = (container.down ?? []).filter((one) => args.length > 0 && !args.includes(one));
      return text("ok: run\n");
    case "reconfigure":
      return text("ok: run\n");
    case "check-config": {
      const version = /^--version=(.+)$/.exec(args[0] ?? "")?.[1] ?? "";
      const found = removedSettings(omnibusOf(container, context), version);
      const lines = found.map(
        ({ name, since }) => `* ${name} has been deprecated since ${since} and was removed in ${since}.\n`,
      );
      return found.length === 0 ? text("") : { exitCode: 1, stdout: ["Deprecations found.\n", ...lines].join("") };
    }
    case "pg-upgrade": {
      if (data === undefined) return noDatabase();
      const to = Number(args[args.indexOf("-V") + 1]);
      if (!(to >= data.postgresql)) return trouble(`pg-upgrade: there is no way from ${data.postgresql} to ${to}`);
      putGitLabData(container, context, { ...data, postgresql: to });
      return text("==== Upgrade has completed ====\n");
    }
    default:
      return trouble(`gitlab-ctl: the sandbox doesn't know ${verb}`);
  }
}

/** The one program that our documents run by it. */
function ruby([, script = ""]: readonly string[], container: ContainerRecord, context: StandInContext): StandInAnswer {
  if (!script.includes("gitlab-secrets.json")) return trouble("ruby: the sandbox doesn't know this program");
  forgetServices(container, context, script);
  return text("");
}

function rake([task]: readonly string[], container: ContainerRecord, context: StandInContext): StandInAnswer {
  const data = gitLabData(container, context);
  if (task !== "gitlab:doctor:secrets" || data === undefined)
    return trouble(`gitlab-rake: the sandbox doesn't know ${task}`);
  const failures = data.secrets === secretsOf(container, context) ? 0 : 3;
  return text(`- Ci::Variable failures: ${failures}\nDone!\n`);
}

import { type Command, Option } from "commander";
import type { CommandModule } from "./command-module.ts";
import type { CommonOptions } from "./options.ts";

/** Adds one command to the program; commander's own object comes back for further options. */
type AddCommand = <Options extends CommonOptions>(
  usage: string,
  description: string,
  load: () => Promise<CommandModule<Options>>,
) => Command;

const fleet = () => new Option("--fleet <name>", "the fleet (default: the bucket's only one)");
const remote = () => new Option("--remote", "let the deployed function do it, and print its answer");
const file = () => new Option("-f, --file <file>", "a fleet file");

/** Every command of the program. A module is loaded only when its command runs. */
export function registerCommands(add: AddCommand): void {
  add("validate <files...>", "check fleet files, every problem at once", () => import("./commands/validate.ts"));
  add(
    "doctor <file>",
    "what would go wrong for a fleet before it does; only reads",
    () => import("./commands/doctor.ts"),
  );
  add("schema", "print the JSON Schema of a fleet file", () => import("./commands/schema.ts"));
  add("push <file>", "validate a fleet file and put it in force", () => import("./commands/push.ts"))
    .option("--sequence <number>", "rises with every push (default: the pipeline's number, else the next)")
    .option("--commit <hash>", "the commit that the file comes from (default: the pipeline's)")
    .option("--reset-sequence", "start over at this sequence, after GitLab was restored from a backup");
  add("plan", "show what a reconcile would do, and why; writes nothing", () => import("./commands/plan.ts"))
    .addOption(file())
    .addOption(fleet())
    .addOption(remote());
  add("reconcile", "look once and put right what differs", () => import("./commands/reconcile.ts"))
    .addOption(file())
    .addOption(fleet())
    .addOption(remote())
    .option("--force", "whatever the back-off and the maintenance windows")
    .option("--approve <action...>", "approve these destructive actions by their ids, each used once")
    .option("--only <kind...>", "act on these kinds only; all are observed");
  add("status", "show what is off, and since when", () => import("./commands/status.ts"))
    .addOption(fleet())
    .option("--watch", "go on showing it until interrupted");
  add("history", "show the last runs", () => import("./commands/history.ts"))
    .addOption(fleet())
    .option("--limit <number>", "how many", "20")
    .option("--details", "each run's actions, what it held and what it couldn't see");
  add("suspend", "hold still for a while", () => import("./commands/suspend.ts"))
    .addOption(fleet())
    .requiredOption("--for <duration>", "how long: 30m, 2h, 1d")
    .requiredOption("--reason <text>", "why, for whoever wonders tomorrow");
  add("resume", "end a suspension", () => import("./commands/resume.ts")).addOption(fleet());
  add(
    "explain <topic>",
    "explain schedule: idle machines, hour by hour through a week; explain upgrade: GitLab's path to the file's version",
    () => import("./commands/explain.ts"),
  )
    .addOption(file())
    .option("--only <name>", "of this fleet of runners only")
    .option("--week <date>", "the week that holds this day (default: this one)")
    .option("--from <version>", "upgrade: what runs, such as 17.8.7 or 17.8.7-ce")
    .option("--postgresql <major>", "upgrade: the PostgreSQL that runs");
  add(
    "import [config]",
    "turn a runner's config.toml into the runners part of a fleet file",
    () => import("./commands/import.ts"),
  );
  add("convert", "write docker+machine fleets anew for another executor", () => import("./commands/convert.ts"))
    .addOption(file())
    .option("--only <name>", "this fleet of runners only")
    .addOption(new Option("--to <executor>", "the new executor").choices(["docker-autoscaler"]).makeOptionMandatory());
  add(
    "backup",
    "back GitLab up now: data, secrets file and configuration",
    () => import("./commands/backup.ts"),
  ).addOption(fleet());
  add("backups", "list GitLab's backups, newest first", () => import("./commands/backups.ts")).addOption(fleet());
  add(
    "restore",
    "restore a backup onto a fresh host, or go back to a snapshot of the data volume",
    () => import("./commands/restore.ts"),
  )
    .addOption(fleet())
    .addOption(new Option("--backup <id>", "as backups lists it").conflicts("snapshot"))
    .addOption(
      new Option("--snapshot <id>", "in the data volume's place, which is kept; shows the plan first").conflicts([
        "overwrite",
        "rehearse",
      ]),
    )
    .addOption(new Option("--approve <id>", "carry the plan of --snapshot out").conflicts("backup"))
    .option("--overwrite", "although GitLab holds projects or users, which are lost")
    .option("--rehearse", "into a throw-away host, which is looked at and removed; the fleet's own isn't touched");
  add("facts", "show what the host tells of itself", () => import("./commands/facts.ts")).addOption(fleet());
  add("logs <service>", "show the newest lines of a service on the host", () => import("./commands/logs.ts"))
    .addOption(fleet())
    .option("--lines <number>", "how many, 500 at most", "100");
  add(
    "services <verb> [service...]",
    "stop, start or restart services on the host; the runner manager finishes its jobs first",
    () => import("./commands/services.ts"),
  ).addOption(fleet());
  add(
    "runners [verb] [name]",
    "show what GitLab says of each runner beside the file; rotate NAME: a new token, after its jobs and machines",
    () => import("./commands/runners.ts"),
  )
    .addOption(fleet())
    .option("--cancel", "rotate: take the request back");
  add("root-password", "show GitLab's first root password", () => import("./commands/root-password.ts")).addOption(
    fleet(),
  );
  add("notify", "try the topics of the file in force by a test message", () => import("./commands/notify.ts"))
    .addOption(fleet())
    .option("--test", "send each topic a message that says nothing else");
  add("gc", "look for machines that their manager lost, and say what was found", () => import("./commands/gc.ts"))
    .addOption(fleet())
    .addOption(new Option("--report", "only look and say (default)").conflicts(["explain", "approve", "sweep"]))
    .addOption(new Option("--explain <id>", "why a machine is judged as it is").conflicts(["approve", "sweep"]))
    .addOption(new Option("--approve <id...>", "release exactly these machines from the fuse").conflicts("sweep"))
    .addOption(
      new Option("--ended <id...>", "vouch that these managers are gone for good").conflicts([
        "explain",
        "approve",
        "sweep",
      ]),
    )
    .option("--sweep", "delete what is proven, on an AWS on this machine or with --remote")
    .addOption(remote());
  add("keep <id>", "leave a machine alone, whatever is found about it", () => import("./commands/keep.ts")).addOption(
    fleet(),
  );
  add("unkeep <id>", "judge a machine like any other again", () => import("./commands/unkeep.ts")).addOption(fleet());
  add("destroy", "take a fleet down, whole and in order; shows the plan first", () => import("./commands/destroy.ts"))
    .addOption(fleet())
    .option("--data", "what holds data too, where its deletionPolicy is Delete")
    .option("--timeout <duration>", "how long to wait for jobs and lost machines, until the next call", "4h")
    .addOption(new Option("--approve <action...>", "approve these actions of the plan by their ids"))
    .addOption(
      new Option("--confirm <fleet>", "approve every action of the plan, by the fleet's name").conflicts("approve"),
    )
    .addOption(
      new Option("--abandon", "give a teardown up: the next reconcile makes anew what is gone").conflicts([
        "approve",
        "confirm",
        "data",
      ]),
    );
  add("sandbox", "run the embedded AWS until interrupted", () => import("./commands/sandbox.ts"))
    .option("--port <number>", "on 127.0.0.1", "4566")
    .option("--dir <directory>", "where its state survives");
  add("demo", "watch a file become real, drift and heal, on the embedded AWS", () => import("./commands/demo.ts"));
}

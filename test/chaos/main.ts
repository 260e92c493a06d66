import { stderr, stdout } from "node:process";
import { parseArgs } from "node:util";
import { runGc } from "./gc-command.ts";
import { runHostCrashes } from "./host-command.ts";
import { runHostLives } from "./hosts/command.ts";
import { runLives } from "./life-command.ts";

const usage = `npm run chaos -- [--worlds N | --hosts N | --gc N | --host N] [--seed S] [--workers W]

  --worlds N   plays N random histories of fleets against the reconciler (default: 100)
  --hosts N    plays N random histories of fleets with a host on which scripts run: a minute a history
  --gc N       plays N random histories of fleets against garbage collection instead
  --host N     makes a host from nothing and dies at every Nth point of the way (1: before and after every call)
  --seed S     the first seed (default: 1); the same seed plays the same histories
  --workers W  threads of --gc (default: one a core)
`;

const { values } = parseArgs({
  options: {
    worlds: { type: "string" },
    hosts: { type: "string" },
    gc: { type: "string" },
    host: { type: "string" },
    seed: { type: "string" },
    workers: { type: "string" },
    help: { type: "boolean" },
  },
});
const histories = Number(values.gc ?? values.hosts ?? values.host ?? values.worlds ?? "100");
const seed = Number(values.seed ?? "1");
const workers = values.workers === undefined ? undefined : Number(values.workers);
const write = (line: string) => stdout.write(`${line}\n`);
const progress = (text: string) => {
  if (stderr.isTTY) stderr.write(`\r\u001b[K${text}`);
};
if (values.help || !Number.isInteger(histories) || histories < 1 || !Number.isInteger(seed)) {
  stdout.write(usage);
  process.exitCode = values.help ? 0 : 1;
} else {
  const options = { seed, write, progress };
  const play = (): Promise<boolean> => {
    if (values.host !== undefined) return runHostCrashes({ every: histories, ...options });
    if (values.hosts !== undefined) return runHostLives({ worlds: histories, ...options });
    if (values.gc === undefined) return runLives({ worlds: histories, ...options });
    return runGc({ histories, ...options, ...(workers === undefined ? {} : { workers }) });
  };
  const passed = await play();
  process.exitCode = passed ? 0 : 1;
}

import { stderr, stdout } from "node:process";
import { parseArgs } from "node:util";
import { runGc } from "./gc-command.ts";
import { runHostCrashes } from "./host-command.ts";
import { runLives } from "./life-command.ts";

const usage = `npm run chaos -- [--worlds N | --gc N | --host N] [--seed S] [--workers W]

  --worlds N   plays N random histories of fleets against the reconciler (default: 100)
  --gc N       plays N random histories of fleets against garbage collection instead
  --host N     makes a host from nothing and dies at every Nth point of the way (1: before and after every call)
  --seed S     the first seed (default: 1); the same seed plays the same histories
  --workers W  threads of --gc (default: one a core)
`;

const { values } = parseArgs({
  options: {
    worlds: { type: "string" },
    gc: { type: "string" },
    host: { type: "string" },
    seed: { type: "string" },
    workers: { type: "string" },
    help: { type: "boolean" },
  },
});
const histories = Number(values.gc ?? values.host ?? values.worlds ?? "100");
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
  const passed =
    values.host !== undefined
      ? await runHostCrashes({ every: histories, seed, write, progress })
      : values.gc === undefined
        ? await runLives({ worlds: histories, seed, write, progress })
        : await runGc({ histories, seed, ...(workers === undefined ? {} : { workers }), write, progress });
  process.exitCode = passed ? 0 : 1;
}

import { stderr, stdout } from "node:process";
import { parseArgs } from "node:util";
import { runGc } from "./gc-command.ts";

const usage = `npm run chaos -- --gc N [--seed S] [--workers W]

  --gc N       plays N random histories of fleets against garbage collection
  --seed S     the first seed (default: 1); the same seed plays the same histories
  --workers W  threads (default: one a core)
`;

const { values } = parseArgs({
  options: { gc: { type: "string" }, seed: { type: "string" }, workers: { type: "string" }, help: { type: "boolean" } },
});
const histories = Number(values.gc);
const seed = Number(values.seed ?? "1");
const workers = values.workers === undefined ? undefined : Number(values.workers);
if (values.help || !Number.isInteger(histories) || histories < 1 || !Number.isInteger(seed)) {
  stdout.write(usage);
  process.exitCode = values.help ? 0 : 1;
} else {
  const passed = await runGc({
    histories,
    seed,
    ...(workers === undefined ? {} : { workers }),
    write: (line) => stdout.write(`${line}\n`),
    progress: (text) => {
      if (stderr.isTTY) stderr.write(`\r${text}`);
    },
  });
  process.exitCode = passed ? 0 : 1;
}

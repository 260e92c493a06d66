import { parseArgs } from "node:util";
import { plainStyle } from "../../shared/report/style.ts";
import { table } from "../../shared/report/table.ts";
import { collectBench } from "./collect.ts";
import { functionsBench } from "./functions.ts";
import { hostBench } from "./host.ts";
import type { Bench, Measurement } from "./measurement.ts";
import { peersBench } from "./peers/bench.ts";
import { reconcileBench } from "./reconcile.ts";
import { provenance, reportOf } from "./report.ts";
import { scaleBench } from "./scale.ts";

/** Every set of measurements. `npm run bench -- [--json] [NAME...]`. */
const benches: readonly Bench[] = [reconcileBench, hostBench, scaleBench, collectBench, functionsBench, peersBench];

const { values, positionals } = parseArgs({ options: { json: { type: "boolean" } }, allowPositionals: true });
const chosen = benches.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const unknown = positionals.filter((name) => !benches.some((bench) => bench.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `no such bench: ${unknown.join(", ")}; there are ${benches.map(({ name }) => name).join(", ")}\n`,
  );
  process.exit(1);
}

const results: Measurement[] = [];
for (const bench of chosen) results.push(...(await bench.run()));
const report = reportOf(results, new Date());
process.stdout.write(values.json === true ? `${JSON.stringify(report, null, 2)}\n` : text(report.results));
if (values.json !== true) process.stdout.write(`\n${provenance(report)}\n`);
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;

function text(measurements: readonly Measurement[]): string {
  const head = ["measurement", "value", "limit", "unit", ""];
  const rows = measurements.map(({ name, value, limit, unit, ok }) => [
    name,
    String(value),
    String(limit),
    unit,
    ok ? "ok" : "OVER",
  ]);
  const lines = table([head, ...rows].map((row) => row.map((cell) => ({ text: cell, paint: plainStyle.strong }))));
  return `${lines.join("\n")}\n`;
}

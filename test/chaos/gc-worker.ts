import { parentPort, workerData } from "node:worker_threads";
import { playMany } from "./gc.ts";

const { seed, count }: { readonly seed: number; readonly count: number } = workerData;
parentPort?.postMessage({ done: playMany(seed, count, (progress) => parentPort?.postMessage({ progress })) });

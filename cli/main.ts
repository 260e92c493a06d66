#!/usr/bin/env node
import { processIo } from "./process-io.ts";
import { runCommandLine } from "./program.ts";

// The exit code is set, not forced: what is still on its way to a pipe gets there.
process.exitCode = await runCommandLine(process.argv.slice(2), processIo());

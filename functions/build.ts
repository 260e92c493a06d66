import { mkdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type OutputChunk, rolldown } from "rolldown";

/** Every function that is deployed: the folders beside this file that hold a `handler.ts`. */
export const functionNames = ["dispatch", "plan", "reconcile", "collect"] as const;
export type FunctionName = (typeof functionNames)[number];

/** One file of a bundle. */
export interface Chunk {
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  /** Whether it is loaded before the first invocation. */
  readonly atStart: boolean;
}

const root = fileURLToPath(new URL("..", import.meta.url));

/** CommonJS packages in a module need a `require` for Node's own modules. */
const banner = `import { createRequire as __createRequire } from "node:module";\nconst require = __createRequire(import.meta.url);`;

/** Where a function's bundle lies: `dist/<name>/handler.mjs` and what it loads later. */
export function bundleFolder(name: FunctionName): string {
  return `${root}dist/${name}`;
}

/**
 * Bundles one function into its folder: what is imported lazily becomes files of their own, so that a cold start loads
 * little. Tests, deployment and the bench take this same folder.
 */
export async function bundle(name: FunctionName, folder = bundleFolder(name)): Promise<readonly Chunk[]> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const build = await rolldown({
    input: { handler: `${root}functions/${name}/handler.ts` },
    platform: "node",
    resolve: { mainFields: ["module", "main"] },
    logLevel: "warn",
  });
  try {
    const { output } = await build.write({
      dir: folder,
      format: "esm",
      minify: true,
      banner,
      entryFileNames: "[name].mjs",
      chunkFileNames: "[name]-[hash].mjs",
    });
    const chunks = output.filter((file) => file.type === "chunk");
    const atStart = reachable(chunks);
    return chunks.map(({ fileName, code }) => ({
      file: fileName,
      size: Buffer.byteLength(code),
      atStart: atStart.has(fileName),
    }));
  } finally {
    await build.close();
  }
}

/** The entry and everything that it imports statically. */
function reachable(chunks: readonly OutputChunk[]): ReadonlySet<string> {
  const byFile = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const found = new Set<string>();
  const visit = (file: string): void => {
    if (found.has(file)) return;
    found.add(file);
    for (const next of byFile.get(file)?.imports ?? []) visit(next);
  };
  for (const chunk of chunks) if (chunk.isEntry) visit(chunk.fileName);
  return found;
}

if (import.meta.main) {
  for (const name of functionNames) {
    const chunks = await bundle(name);
    const kilobytes = (some: readonly Chunk[]) => Math.round(some.reduce((sum, { size }) => sum + size, 0) / 1024);
    process.stdout.write(
      `dist/${name}: ${kilobytes(chunks)} KB in ${chunks.length} files, ${kilobytes(chunks.filter(({ atStart }) => atStart))} KB at start\n`,
    );
  }
}

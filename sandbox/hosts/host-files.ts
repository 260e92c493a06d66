import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, sep } from "node:path";

/**
 * A host's files as its own programs name them, read and written from outside its namespace. Links that lead out of the
 * host's directories are not followed.
 */
export class HostFiles {
  readonly #root: string;
  readonly #mounted: () => Readonly<Record<string, string>>;
  readonly #now: () => number;

  /**
   * @param mounted directories on this machine by mount point on the host
   * @param now epoch milliseconds on the host, for the times of what is written
   */
  constructor(root: string, mounted: () => Readonly<Record<string, string>>, now: () => number) {
    this.#root = root;
    this.#mounted = mounted;
    this.#now = now;
  }

  read(path: string): Buffer | undefined {
    const real = this.#inside(path);
    return real !== undefined && statSync(real).isFile() ? readFileSync(real) : undefined;
  }

  text(path: string): string | undefined {
    return this.read(path)?.toString("utf8");
  }

  exists(path: string): boolean {
    return this.#inside(path) !== undefined;
  }

  /** Milliseconds; undefined where it isn't there. */
  modifiedAt(path: string): number | undefined {
    const real = this.#inside(path);
    return real === undefined ? undefined : statSync(real).mtimeMs;
  }

  /** A file that is written anew is newer than it was, as on a host whose clock is finer than the sandbox's. */
  write(path: string, content: string, mode = 0o600): void {
    const { base, mapped } = this.#map(path);
    mkdirSync(dirname(mapped), { recursive: true });
    if (!within(realpathSync(dirname(mapped)), realpathSync(base))) throw new Error(`${path} leads out of its host`);
    const before = existsSync(mapped) ? statSync(mapped).mtimeMs : 0;
    writeFileSync(mapped, content, { mode });
    const at = Math.max(this.#now(), before + 1) / 1000;
    utimesSync(mapped, at, at);
  }

  /** A file or a directory with all that is in it. */
  remove(path: string): void {
    const real = this.#inside(path);
    if (real !== undefined) rmSync(real, { recursive: true });
  }

  #inside(path: string): string | undefined {
    const { base, mapped } = this.#map(path);
    if (!existsSync(mapped)) return undefined;
    const real = realpathSync(mapped);
    return within(real, realpathSync(base)) ? real : undefined;
  }

  #map(path: string): { readonly base: string; readonly mapped: string } {
    const mount = Object.entries(this.#mounted())
      .filter(([point]) => path === point || path.startsWith(`${point}/`))
      .sort(([a], [b]) => b.length - a.length)[0];
    const base = mount?.[1] ?? this.#root;
    return { base, mapped: join(base, mount === undefined ? path : path.slice(mount[0].length)) };
  }
}

function within(path: string, base: string): boolean {
  return path === base || path.startsWith(`${base}${sep}`);
}

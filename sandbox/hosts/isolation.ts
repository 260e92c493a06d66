import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/** How scripts are kept apart from this machine. `record`: not at all, so they aren't executed. */
export type IsolationMode = "bubblewrap" | "unshare" | "record";

export interface Isolation {
  readonly mode: IsolationMode;
  /** For a person: "bubblewrap 0.8.0", or why nothing works here. */
  readonly message: string;
}

/** What a namespace is made of. Paths on the left are this machine's. */
export interface Namespace {
  readonly hostname: string;
  /** Bound in this order; a later one may lie inside an earlier one, a file there on one that exists. */
  readonly binds: readonly { readonly from: string; readonly to: string; readonly readOnly?: boolean }[];
  readonly environment: Readonly<Record<string, string>>;
  /** An empty directory that nothing else uses. */
  readonly scratch: string;
}

/** /usr and what leads into it: links where the system has merged them, as all of today's do. */
const merged = ["bin", "sbin", "lib", "lib64", "lib32", "libx32"];
const devices = ["null", "zero", "full", "random", "urandom"];

/** The program and its arguments that run a command as uid 0 of its own, without network, in these directories. */
export function isolated(
  mode: Exclude<IsolationMode, "record">,
  namespace: Namespace,
  command: readonly string[],
): readonly [string, ...string[]] {
  return mode === "bubblewrap" ? bubblewrap(namespace, command) : unshare(namespace, command);
}

function bubblewrap({ hostname, binds, environment }: Namespace, command: readonly string[]) {
  const set = Object.entries(environment).flatMap(([name, value]) => ["--setenv", name, value]);
  const system = merged
    .filter((name) => existsSync(`/${name}`))
    .flatMap((name) => ["--symlink", `usr/${name}`, `/${name}`]);
  const bound = binds.flatMap(({ from, to, readOnly }) => [readOnly === true ? "--ro-bind" : "--bind", from, to]);
  return [
    "bwrap",
    "--unshare-all",
    "--uid",
    "0",
    "--gid",
    "0",
    // For bind mounts inside: the stand-in of `mount`.
    "--cap-add",
    "CAP_SYS_ADMIN",
    "--hostname",
    hostname,
    "--die-with-parent",
    "--new-session",
    "--clearenv",
    ...set,
    ...system,
    "--proc",
    "/proc",
    "--dev",
    "/dev",
    ...bound,
    "--chdir",
    "/",
    "--",
    ...command,
  ] as const satisfies readonly [string, ...string[]];
}

/**
 * The same by util-linux alone. The setup runs inside, and the old root is gone before the command starts. It starts few programs,
 * for a host runs many commands and each begins with this.
 */
function unshare({ hostname, binds, environment, scratch }: Namespace, command: readonly string[]) {
  const isInside = (path: string) => binds.some(({ to }) => path.startsWith(`${to}/`));
  const isDirectory = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  // What lies inside another one is made there, where it is missing; all else on the new root.
  const fresh = binds.filter(({ to }) => !isInside(to));
  const directories = fresh.map(({ from, to }) => (isDirectory(from) ? to : dirname(to)));
  const deviceFiles = devices.map((name) => `/dev/${name}`);
  const files = [...deviceFiles, ...fresh.filter(({ from }) => !isDirectory(from)).map(({ to }) => to)];
  const entry = (from: string, to: string, options: string, type = "none") =>
    `${field(from)} ${field(join(scratch, to))} ${type} ${options} 0 0`;
  const table = [
    ...deviceFiles.map((path) => entry(path, path, "bind")),
    ...binds.map(({ from, to }) => entry(from, to, isInside(to) && isDirectory(from) ? "bind,X-mount.mkdir" : "bind")),
    entry("none", "proc", "defaults", "proc"),
  ];
  const lines = [
    "set -e",
    // Not the stand-ins, which are first on the host's own path.
    "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
    `mount -t tmpfs -o mode=0755 none ${quote(scratch)}`,
    `cd ${quote(scratch)}`,
    `mkdir -p proc dev old ${directories.map((path) => quote(`.${path}`)).join(" ")}`,
    `ln -s ${merged
      .filter((name) => existsSync(`/${name}`))
      .map((name) => `usr/${name}`)
      .join(" ")} .`,
    "ln -s /proc/self/fd dev/fd",
    ...files.map((path) => `: >${quote(`.${path}`)}`),
    // A file that can't be seen any more once the last of its mounts is there.
    `printf '%s\\n' ${table.map(quote).join(" ")} >proc/table`,
    "mount -a -T proc/table",
    ...binds.filter(({ readOnly }) => readOnly === true).map(({ to }) => readOnlyBind(quote(`.${to}`))),
    `hostname ${quote(hostname)} 2>/dev/null || true`,
    "pivot_root . old",
    "cd /",
    "umount -l /old",
    "rmdir /old 2>/dev/null || true",
    // Not by exec: the namespace's first process can't be killed from inside, and a script must be.
    `/usr/bin/env -i ${Object.entries(environment)
      .map(([name, value]) => quote(`${name}=${value}`))
      .join(" ")} ${command.map(quote).join(" ")}`,
    // Without a line after it the shell would make way for its last command all the same.
    "exit $?",
  ];
  return [
    "unshare",
    "--user",
    "--map-root-user",
    "--mount",
    "--pid",
    "--ipc",
    "--uts",
    "--net",
    "--fork",
    "--kill-child",
    "sh",
    "-c",
    lines.join("\n"),
  ] as const satisfies readonly [string, ...string[]];
}

/** A namespace's mounts keep the flags that they came with; without naming them, making one read-only is refused. */
function readOnlyBind(target: string): string {
  return `mount -o remount,bind,ro ${target} 2>/dev/null || mount -o remount,bind,ro,nosuid,nodev ${target}`;
}

/** As fstab(5) has it. */
function field(path: string): string {
  return path.replaceAll(/[\s\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

let probed: Isolation | undefined;

/** Tries what works here, once a process. @param only for tests: this mode or nothing */
export function probeIsolation(scratch: string, only?: IsolationMode): Isolation {
  if (only === undefined && probed !== undefined) return probed;
  const result = tryModes(scratch, only);
  if (only === undefined) probed = result;
  return result;
}

function tryModes(scratch: string, only: IsolationMode | undefined): Isolation {
  const reasons: string[] = [];
  if (process.platform !== "linux") reasons.push(`${process.platform} has no namespaces`);
  else if (only !== "record") {
    for (const mode of ["bubblewrap", "unshare"] as const) {
      if (only !== undefined && only !== mode) continue;
      const why = attempt(mode, scratch);
      if (why === undefined) return { mode, message: `${mode} works` };
      reasons.push(`${mode}: ${why}`);
    }
  }
  return {
    mode: "record",
    message: `host scripts are recorded, not executed (${reasons.join("; ") || "as asked for"})`,
  };
}

/** What the hosts need: uid 0, and a bind mount inside. */
function attempt(mode: "bubblewrap" | "unshare", scratch: string): string | undefined {
  const place = (name: string) => join(scratch, name);
  for (const name of ["empty", "tmp"]) mkdirSync(place(name), { recursive: true });
  const namespace: Namespace = {
    hostname: "probe",
    binds: [
      { from: "/usr", to: "/usr", readOnly: true },
      { from: place("tmp"), to: "/tmp" },
    ],
    environment: { PATH: "/usr/sbin:/usr/bin" },
    scratch: place("empty"),
  };
  const script = "mkdir -p /tmp/a /tmp/b && mount --bind /tmp/a /tmp/b && umount /tmp/b && id -u";
  const [program, ...args] = isolated(mode, namespace, ["/usr/bin/bash", "-c", script]);
  const { stdout, stderr, error, status } = spawnSync(program, args, { encoding: "utf8", timeout: 20_000 });
  if (error !== undefined) return error.message;
  if (status === 0 && stdout.trim() === "0") return undefined;
  return stderr.trim().split("\n")[0] ?? `ended with ${status}`;
}

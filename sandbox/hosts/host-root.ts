import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostPrograms, packagePrograms } from "./programs.ts";

/** Directories of a host that are its own; /usr but /usr/local is this machine's, read-only. */
export const ownDirectories = ["etc", "var", "opt", "srv", "home", "root", "tmp", "run", "usr/local"] as const;

const files: Readonly<Record<string, string>> = {
  "etc/os-release": 'NAME="Amazon Linux"\nVERSION="2023"\nID="amzn"\nID_LIKE="fedora"\nVERSION_ID="2023"\n',
  "etc/passwd": "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n",
  "etc/group": "root:x:0:\nnobody:x:65534:\n",
  "etc/hosts": "127.0.0.1 localhost\n",
  "etc/fstab": "UUID=root / xfs defaults,noatime 1 1\n",
};

/** Makes what a fresh instance has on its root volume; what is there already is left. */
export function makeRoot(root: string): void {
  for (const name of ownDirectories) mkdirSync(join(root, name), { recursive: true });
  mkdirSync(join(root, "usr/local/bin"), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    if (!existsSync(join(root, name))) writeFileSync(join(root, name), content);
  }
  for (const [name, content] of Object.entries(hostPrograms)) putProgram(root, name, content);
}

/** What doesn't survive a boot. */
export function emptyMemory(root: string): void {
  for (const name of ["run", "tmp"]) {
    rmSync(join(root, name), { recursive: true, force: true });
    mkdirSync(join(root, name));
  }
}

export function installPackage(root: string, name: string): void {
  for (const [program, content] of Object.entries(packagePrograms[name] ?? {})) putProgram(root, program, content);
}

function putProgram(root: string, name: string, content: string): void {
  const path = join(root, "usr/local/bin", name);
  if (existsSync(path)) return;
  writeFileSync(path, content);
  chmodSync(path, 0o755);
}

/** A volume's place: its file system's files, and the start of its device, blank until something is made on it. */
export function makeVolume(directory: string): void {
  const device = join(directory, "device");
  mkdirSync(join(directory, "data"), { recursive: true });
  if (existsSync(device)) return;
  writeFileSync(device, "");
  truncateSync(device, 2 ** 21);
}

/** What one place holds, into another that doesn't exist yet. @param volumes of all volumes, by id */
export function copyVolume(volumes: string, from: string, to: string): void {
  const [source, target] = [join(volumes, from), join(volumes, to)];
  if (!existsSync(source) || existsSync(target)) return;
  cpSync(source, target, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
}

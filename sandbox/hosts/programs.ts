/**
 * Hands a call over to the sandbox, by the protocol of bridge.ts. What needs this namespace (output files, mounts) is done here,
 * as the answer says. Bash alone, for a host's scripts call these programs many times, and starting one is what takes time.
 */
const forwarder = `#!/usr/bin/bash
unset BASH_ENV
calls=/run/sandbox/calls
args=()
stdin=no
for arg in "$@"; do
  case $arg in
    file://*)
      content=$(/usr/bin/cat "\${arg#file://}" && printf x) || exit 252
      arg="file-content:\${content%x}"
      ;;
    -i | --interactive | -it | -) stdin=yes ;;
  esac
  args+=("$arg")
done
IFS= read -r -N 1 place <>"$calls/free" || exit 125
call=$calls/$place
printf '%s\\0' "\${0##*/}" "\${#args[@]}" "$PWD" "\${args[@]}" >"$call.asked"
if [[ $stdin == yes ]]; then /usr/bin/cat >>"$call.asked"; fi
exec 8<>"$call.bell"
printf %s "$place" >"$calls/bell"
read -r code parts <&8
# From here on only: the answer to a call that is killed meanwhile must not reach the next one at this place.
trap 'printf %s "$place" >"$calls/free"' EXIT
exec 8<&-
print() {
  local text
  IFS= read -r -d '' text <"$1"
  printf %s "$text"
}
for part in $parts; do
  case $part in
    stderr) print "$call.stderr" >&2 ;;
    inside) eval "$(<"$call.inside")" || exit 32 ;;
    output) exec >"$(<"$call.output")" ;;
    text) print "$call.stdout" ;;
    bytes) /usr/bin/cat "$call.stdout" ;;
  esac
done
exit "$code"
`;

/** Only uid 0 exists in the namespace: other owners are kept by inode, where the stand-in of stat finds them. */
const chown = `#!/usr/bin/bash
unset BASH_ENV
owner=\${*: -2:1}
file=\${*: -1}
[[ $owner == *:* ]] || owner=$owner:$owner
mkdir -p /var/lib/sandbox-owners
record=/var/lib/sandbox-owners/$(/usr/bin/stat -c %i "$file") || exit 1
if [[ $owner == 0:0 || $owner == root:root ]]; then rm -f "$record"; else printf '%s' "$owner" >"$record"; fi
`;

const stat = `#!/usr/bin/bash
unset BASH_ENV
file=\${*: -1}
if [[ $* == *%u:%g* ]]; then
  record=/var/lib/sandbox-owners/$(/usr/bin/stat -c %i "$file" 2>/dev/null)
  owner=0:0
  if [[ -f $record ]]; then owner=$(<"$record"); fi
  set -- "\${@/'%u:%g'/$owner}"
fi
exec /usr/bin/stat "$@"
`;

/** What the sandbox hands out in place of a download has the hash that it names in its first line. */
const sha256sum = `#!/usr/bin/bash
unset BASH_ENV
if (($# == 0)) && [[ -f /proc/self/fd/0 ]]; then
  IFS= read -r -n 110 first </proc/self/fd/0 2>/dev/null
  if [[ $first =~ ^#\\ sandbox\\ artifact\\ sha256=([0-9a-f]{64}) ]]; then
    printf '%s  -\\n' "\${BASH_REMATCH[1]}"
    exit 0
  fi
fi
exec /usr/bin/sha256sum "$@"
`;

/** The sandbox's time: real time, moved by what the file says. */
const date = `#!/usr/bin/bash
unset BASH_ENV
now=$((\${EPOCHREALTIME/[.,]/} / 1000 + $(</run/sandbox/clock)))
printf -v now '%d.%03d' $((now / 1000)) $((now % 1000))
exec /usr/bin/date -d "@$now" "$@"
`;

/** The same for Python, which loads it before anything else: files that a script dates itself have the sandbox's time. */
export const pythonClock = `import time
def _clock(real=time.time):
    with open("/run/sandbox/clock") as file:
        return real() + int(file.read()) / 1000
time.time = _clock
`;

const nothing = "#!/bin/sh\nexit 0\n";

/** Names of the programs that the sandbox answers for on every host. */
const forwarded = [
  "aws",
  "blkid",
  "curl",
  "df",
  "dnf",
  "findmnt",
  "lsblk",
  "mkfs.ext4",
  "mkfs.xfs",
  "mount",
  "resize2fs",
  "rpm",
  "sleep",
  "systemctl",
  "umount",
  "wipefs",
  "xfs_growfs",
];

/** Programs of /usr/local/bin on a new host, by name. */
export const hostPrograms: Readonly<Record<string, string>> = {
  ...Object.fromEntries(forwarded.map((name) => [name, forwarder])),
  chown,
  date,
  stat,
  sha256sum,
  sync: nothing,
};

/** Programs that a package brings. */
export const packagePrograms: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  docker: { docker: forwarder },
};

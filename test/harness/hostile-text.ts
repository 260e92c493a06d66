import fc from "fast-check";

/** What a shell would run, were any of it ever executed: it leaves a file behind. */
export const canary = "/var/tmp/fleetkeeper-canary";

const parts = [
  // Shells
  `$(touch ${canary})`,
  `\`touch ${canary}\``,
  `; touch ${canary};`,
  `| touch ${canary}`,
  `' && touch ${canary} '`,
  `" || touch ${canary} "`,
  "$HOME",
  ["$", "{HOME}"].join(""),
  ["$", "{PATH:-x}"].join(""),
  "\\",
  "-rf",
  "~root",
  "*?[a]",
  // YAML
  ": ",
  " #",
  "- x",
  "&a",
  "*a",
  "!!js/function 'x'",
  "!ruby/object:X",
  "%TAG",
  "|\n  x",
  // TOML
  '"""',
  "'''",
  '"\n[[runners]]\nexecutor = "shell"\n',
  "= 1",
  // Ruby
  `#{system('touch ${canary}')}`,
  `#{\`touch ${canary}\`}`,
  "#$0",
  "#@x",
  `%x(touch ${canary})`,
  `'; system('touch ${canary}') #`,
  "\n=begin\n",
  "__END__",
  // Prometheus, Grafana, Go templates, Dockerfiles, what is like our own marks
  "{{ .Label }}",
  "[[ x ]]",
  'up{job=~".*"}',
  `\nRUN touch ${canary}\n`,
  "\\\nUSER root",
  "@@secret:x@@",
  "@",
  "{{ ssm:/fleetkeeper/acme/secrets/tls-key }}",
  // Characters
  "\n",
  "\t",
  "'",
  '"',
  "é",
  "😀",
] as const;

/** Taken in few places: by themselves, so that they don't hide what else is taken. */
const unusual = ["\u2028", "\u007f", "\u0000", "\r"];

/** All of it at once. */
export const hostile = parts.join("");

/** Some of it, in any order. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...parts, ...unusual), { minLength: 1, maxLength: 5 })
  .map((some) => some.join(""))
  // Shorter ones are part of texts that are there anyway.
  .filter((text) => text.length > 3);

/** What the host puts a secret, or a digest of one, in the place of. */
export const reservedTexts = [
  "@@fleetkeeper-secret:raw:/fleetkeeper/acme/secrets/tls-key@@",
  "x@@fleetkeeper-secret:ruby:/fleetkeeper/acme/secrets/smtp-password@@",
  "@@fleetkeeper-secret:tls-key@@",
  "@@fleetkeeper-digest:0123456789abcdef@@",
];

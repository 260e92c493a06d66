# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# config.toml without its secrets. A value leaves the host as it is only where its key is on the closed list of keys that hold
# none (fk_disclosed, put in front of this part); every other value becomes a keyed digest, comments are dropped.

# Splits TOML into lines of `header TEXT` and of `plain`, `options` or `secret` with `KEY<TAB>VALUE`. Exit status 1: it isn't TOML
# that this can read, so nothing of it is told.
# shellcheck disable=SC2016 # it is awk
readonly fk_toml_split='
function trim(text) { gsub(/^[ \t\r\n]+|[ \t\r\n]+$/, "", text); return text }
function bare(path) { gsub(/["\047 \t]/, "", path); return tolower(path) }
# Whether a value is whole, how far it goes and whether a comment follows: strings, arrays and inline tables may span lines.
function whole(text,   at, length_, character, quote, depth) {
  depth = 0; quote = ""; length_ = length(text)
  for (at = 1; at <= length_; at++) {
    character = substr(text, at, 1)
    if (quote != "") {
      if (quote ~ /^"/ && character == "\\") { at++; continue }
      if (substr(text, at, length(quote)) == quote) { at += length(quote) - 1; quote = "" }
      continue
    }
    if (substr(text, at, 3) == "\"\"\"" || substr(text, at, 3) == "\047\047\047") { quote = substr(text, at, 3); at += 2; continue }
    if (character == "\"" || character == "\047") { quote = character; continue }
    if (character == "[" || character == "{") depth++
    if (character == "]" || character == "}") depth--
    if (character == "#" && depth == 0) { value = substr(text, 1, at - 1); return 1 }
    if (character == "#") {
      while (at <= length_ && substr(text, at, 1) != "\n") { text = substr(text, 1, at - 1) " " substr(text, at + 1); at++ }
    }
    if (depth < 0) { broken = 1; return 1 }
  }
  value = text
  if (quote == "" && depth == 0) return 1
  # A string in single quotes of its own can not span lines.
  if (length(quote) == 1) { broken = 1; return 1 }
  return 0
}
function tell(   path, key, allowed) {
  value = trim(value)
  key = trim(name)
  path = bare((table == "" ? "" : table ".") key)
  allowed = (path in disclosed) || ((table == "" ? "" : bare(table) ".") "*") in disclosed
  # A text where none belongs, a password in an address, and a token of GitLab whatever the key.
  if ((path in number) && value ~ /^["\047{[]/) allowed = 0
  if (value ~ /:\/\/[^\/ @"\047]+@/ || value ~ /(^|[^0-9A-Za-z])gl[a-z][a-z]+-[0-9A-Za-z_-]+/) allowed = 0
  gsub(/\n/, " ", value)
  if (value == "") broken = 1
  if (path ~ /\.machineoptions(withname)?$/) print "options " key "\t" value
  else printf "%s %s\t%s\n", (allowed ? "plain" : "secret"), key, value
}
BEGIN { count = split(ENVIRON["fk_disclosed_list"], list, " "); for (i = 1; i <= count; i++) { if (sub(/#$/, "", list[i])) number[list[i]] = 1; disclosed[list[i]] = 1 }; open = 0 }
{
  if (open) { text = text "\n" $0; if (whole(text)) { open = 0; tell() }; next }
  line = trim($0)
  if (line == "" || line ~ /^#/) next
  if (line ~ /^\[/) {
    sub(/[ \t]*#.*$/, "", line)
    if (line !~ /^\[\[?[A-Za-z0-9_."\047 -]+\]\]?$/) { broken = 1; exit }
    print "header " line
    table = line
    gsub(/^\[+|\]+$/, "", table)
    next
  }
  at = index(line, "=")
  if (at < 2) { broken = 1; exit }
  name = substr(line, 1, at - 1)
  if (trim(name) !~ /^[A-Za-z0-9_-]+$/) { broken = 1; exit }
  text = substr(line, at + 1)
  if (whole(text)) tell(); else open = 1
}
END { if (broken || open) exit 1 }
'

fk_secret_options='^(amazonec2-(access-key|secret-key|session-token|endpoint|userdata)|engine-(env|opt|registry-mirror))$'
fk_credential='://[^/ @]+@|(^|[^0-9A-Za-z])gl[a-z][a-z]+-[0-9A-Za-z_-]{12}'
readonly fk_secret_options fk_credential

# redact_options LIST: each option of docker-machine is judged by its own key.
redact_options() {
  local rest=$1 list=() option key
  while [[ $rest =~ ^[][,[:space:]]*\"([^\"\\]*)\"(.*)$ || $rest =~ ^[][,[:space:]]*\'([^\']*)\'(.*)$ ]]; do
    option=${BASH_REMATCH[1]} rest=${BASH_REMATCH[2]}
    key=${option%%=*}
    if [[ ! $key =~ ^(amazonec2|engine)-[a-z0-9-]+$ || $key =~ $fk_secret_options || $option =~ $fk_credential ]]; then
      keyed_digest "$option"
      # A key that isn't one may be a secret itself.
      if [[ ! $key =~ ^[a-z][a-z0-9-]*$ ]]; then key=unknown; fi
      option="$key=@@fleetkeeper-digest:${REPLY:-0000000000000000}@@"
    fi
    list+=("\"$option\"")
  done
  REPLY=
  if [[ $rest =~ ^[][,[:space:]]*$ ]]; then json_list "${list[@]}"; fi
}

# redact_toml FILE: REPLY is its text; empty where it can't be read safely.
redact_toml() {
  local lines kind rest key value text=
  REPLY=
  lines=$(fk_disclosed_list=$fk_disclosed awk "$fk_toml_split" "$1") || return 0
  while IFS=' ' read -r kind rest; do
    if [[ $kind == options ]]; then
      redact_options "${rest#*$'\t'}"
      if [[ -n $REPLY ]]; then
        text+="${rest%%$'\t'*} = $REPLY"$'\n'
        continue
      fi
      kind=secret
    fi
    case $kind in
      header) text+=$rest$'\n' ;;
      plain) text+="${rest%%$'\t'*} = ${rest#*$'\t'}"$'\n' ;;
      secret)
        key=${rest%%$'\t'*} value=${rest#*$'\t'}
        # The same secret in either sort of quotes has the same digest.
        if [[ $value =~ ^\"([^\"\\]*)\"$ || $value =~ ^\'([^\']*)\'$ ]]; then value=${BASH_REMATCH[1]}; fi
        keyed_digest "$value"
        text+="$key = \"@@fleetkeeper-digest:${REPLY:-0000000000000000}@@\""$'\n'
        ;;
    esac
  done <<<"$lines"
  REPLY=$text
}

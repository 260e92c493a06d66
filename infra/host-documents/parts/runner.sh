# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# Runners are read, registered and written by programs in Python (config.toml is no work for a shell). They are put into this
# run's own directory in memory, with what was asked; their answers come back as files. fk_programs, in front of this part,
# has them by name, gzip in base64: a document may have 64 KB.

# find_python: REPLY is a Python that reads TOML (3.11 and later); empty where there is none.
find_python() {
  local name
  REPLY=
  for name in python3.11 python3.12 python3.13 python3.14 python3; do
    if command -v "$name" >/dev/null && "$name" -I -c 'import tomllib' 2>/dev/null; then
      REPLY=$name
      return 0
    fi
  done
}

# need_python: python is its name; it is installed where it is missing.
need_python() {
  find_python
  if [[ -z $REPLY ]]; then
    dnf install -y -q python3.11 || fail PythonUnavailable "python3.11 can't be installed from this system's repositories; $fk_log on the host has the reason"
    find_python
  fi
  python=$REPLY
  [[ -n $python ]] || fail PythonUnavailable "there is no Python 3.11 on this host"
}

# ask_runner VERB: the program's answer is in this run's directory afterwards.
ask_runner() {
  local word field name
  data_mounted || fail VolumeNotMounted "the data volume is not mounted at $fk_data"
  work_directory
  chmod 0700 "$fk_work"
  read -r word field _ <<<"$fk_request"
  [[ $word == request ]] || fail BadRequest "$FK_DOCUMENT wants a request"
  base64 -d <<<"$field" >"$fk_work/request.json"
  for name in "${!fk_programs[@]}"; do
    base64 -d <<<"${fk_programs[$name]}" | gzip -d >"$fk_work/$name"
  done
  use_region
  "$python" -B -s "$fk_work/runner.py" "$1" "$fk_work" "$fk_data" || true
}

# answer_runner: ends the script with it.
answer_runner() {
  local code message
  if [[ -f $fk_work/failure.json ]]; then
    code=$(sed -n 's/^{"code": "\([A-Za-z]*\)", "message": .*$/\1/p' "$fk_work/failure.json")
    message=$(sed -n 's/^{"code": "[A-Za-z]*", "message": "\(.*\)"}$/\1/p' "$fk_work/failure.json")
    fail "${code:-Unexpected}" "${message//\\\"/\"}"
  fi
  [[ -f $fk_work/result.json ]] || fail Unexpected "the program ended without an answer; $fk_log on the host has the reason"
  done_with "$(cat "$fk_work/result.json")"
}

run_runner() {
  ask_runner "$1"
  answer_runner
}

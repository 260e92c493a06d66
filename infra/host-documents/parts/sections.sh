# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# What the running runner has loaded, as the names that its machines have. Needs toml.sh. A short token is no secret
# (CI_RUNNER_SHORT_TOKEN shows it to every job); the token itself doesn't leave this function.

# short_token TOKEN: REPLY is what names carry of it: without its kind, nine characters, lower case, letters, digits, hyphens.
# As gitlab-runner does it: helpers/shorten_token.go, executors/docker/machine/name.go.
short_token() {
  local token=$1
  if [[ $token =~ ^glrt-(t[123]_)?(.*)$ ]]; then
    token=${BASH_REMATCH[2]}
  elif [[ $token =~ ^(t[123]_|glrtr-)(.*)$ ]]; then
    token=${BASH_REMATCH[2]}
  fi
  token=${token#glcbt-}
  if [[ $token =~ ^GR[0-9A-Fa-f]{7}(.*)$ ]]; then token=${BASH_REMATCH[1]}; fi
  token=${token:0:9}
  token=${token,,}
  token=${token//[^-a-z0-9]/}
  while [[ $token == -* ]]; do token=${token#-}; done
  REPLY=$token
}

# told_section: adds the section that was read to `templates`. Fails where it isn't told whole.
told_section() {
  if [[ $executor != docker+machine ]]; then return 0; fi
  if [[ -z $token || $token == *\$* || $machine_name != *%s* || ${machine_name#*%s} == *%s* ]]; then return 1; fi
  short_token "$token"
  json_string "${REPLY:+runner-$REPLY-}$machine_name"
  templates+=("$REPLY")
}

# json_sections: REPLY is a list of name templates; null where it can't be told what the runner has loaded. It looks at the
# file every three seconds and keeps the old one where the new one is bad: so it counts only where the runner answers, no
# loading ever failed since it started, and the file is older than any look.
json_sections() {
  local config=$fk_data/runner/config.toml metrics errors modified lines kind rest key value
  local header='' executor='' token='' machine_name='' templates=()
  REPLY=null
  if ! data_mounted || [[ ! -r $config ]]; then return 0; fi
  metrics=$(curl -fsS --noproxy '*' --max-time 5 http://127.0.0.1:9252/metrics 2>/dev/null) || return 0
  errors=$(awk '$1 == "gitlab_runner_configuration_loading_error_total" { printf "%d", $2 }' <<<"$metrics")
  if [[ $errors != 0 ]]; then return 0; fi
  modified=$(stat -c %Y "$config") || return 0
  if (($(date +%s) - modified < 10)); then return 0; fi
  lines=$(fk_disclosed_list='' awk "$fk_toml_split" "$config") || return 0
  while IFS=' ' read -r kind rest; do
    if [[ $kind == header ]]; then
      header=${rest//[\" \']/}
      if [[ $header == '[[runners]]' ]]; then
        told_section || { REPLY=null && return 0; }
        executor='' token='' machine_name=''
      fi
      continue
    fi
    key=${rest%%$'\t'*} value=${rest#*$'\t'}
    if [[ $value =~ ^\"([^\"\\]*)\"$ || $value =~ ^\'([^\']*)\'$ ]]; then value=${BASH_REMATCH[1]}; fi
    case ${header,,}/${key,,} in
      '[[runners]]/executor') executor=$value ;;
      '[[runners]]/token') token=$value ;;
      '[runners.machine]/machinename') machine_name=$value ;;
    esac
  done <<<"$lines"
  told_section || { REPLY=null && return 0; }
  json_list "${templates[@]}"
}

# json_system_id: REPLY is what GitLab knows this manager by, null where there is none.
json_system_id() {
  local id=''
  if data_mounted && [[ -r $fk_data/runner/.runner_system_id ]]; then
    read -r id <"$fk_data/runner/.runner_system_id" || true
  fi
  if [[ ! $id =~ ^[sr]_[0-9A-Za-z]{12}$ ]]; then id=; fi
  json_text "$id"
}

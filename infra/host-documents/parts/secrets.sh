# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# Values of SecureStrings, fetched by the host with its own role. They are in this process's memory and in the one file that
# needs them: never in a command line, an environment, a log or the answer.

declare -A fk_secrets=() fk_versions=()

# fetch_secret PARAMETER: its value and the number of its version, by one answer.
fetch_secret() {
  local value
  if [[ -n ${fk_secrets[$1]+x} ]]; then return 0; fi
  if ! value=$(aws ssm get-parameter --name "$1" --with-decryption --query 'Parameter.[Version,Value]' --output text && printf x) ||
    [[ ! $value =~ ^[1-9][0-9]*$'\t' ]]; then
    fail SecretUnavailable "the host could not read the secret $1; $fk_log on the host has the reason"
  fi
  fk_versions[$1]=${value%%$'\t'*}
  value=${value#*$'\t'}
  value=${value%x}
  fk_secrets[$1]=${value%$'\n'}
}

# encoded ENCODING VALUE: REPLY is the value as it stands in a file.
encoded() {
  local text=$2
  case $1 in
    raw) ;;
    json)
      json_string "$text"
      text=$REPLY
      ;;
    ruby)
      text=${text//\\/\\\\}
      text="'${text//\'/\\\'}'"
      ;;
    env)
      if [[ $text == *[\'\\$'\n\r']* ]]; then
        text=${text//\\/\\\\}
        text=${text//\"/\\\"}
        text=${text//\$/\\\$}
        text=${text//$'\n'/\\n}
        text="\"${text//$'\r'/\\r}\""
      else
        text="'$text'"
      fi
      ;;
    base64) text=$(printf '%s' "$text" | base64 -w 0) ;;
    *) return 1 ;;
  esac
  REPLY=$text
}

readonly fk_marks='@@fleetkeeper-secret:[a-z0-9]+:/[A-Za-z0-9_./-]+@@'

has_marks() { grep -qaE "$fk_marks" "$1"; }

# has_secrets FILE: whether a value will stand in it. The number of a version gives nothing away.
has_secrets() { grep -oaE "$fk_marks" "$1" | grep -qvF '@@fleetkeeper-secret:version:'; }

# fill_secrets FILE: each mark becomes its secret. What a secret holds is never looked at for marks again. REPLY is what was
# filled in: PARAMETER=VERSION, with commas between.
fill_secrets() {
  local rest filled='' mark encoding parameter used=''
  rest=$(cat "$1" && printf x)
  rest=${rest%x}
  while [[ $rest =~ @@fleetkeeper-secret:([a-z0-9]+):(/[A-Za-z0-9_./-]+)@@ ]]; do
    mark=${BASH_REMATCH[0]} encoding=${BASH_REMATCH[1]} parameter=${BASH_REMATCH[2]}
    fetch_secret "$parameter"
    if [[ $encoding == version ]]; then REPLY=${fk_versions[$parameter]}
    else encoded "$encoding" "${fk_secrets[$parameter]}" || fail BadSecretMark "no such encoding of a secret: $encoding"; fi
    if [[ ,$used, != *",$parameter="* ]]; then used+=${used:+,}$parameter=${fk_versions[$parameter]}; fi
    filled+=${rest%%"$mark"*}$REPLY
    rest=${rest#*"$mark"}
  done
  printf '%s' "$filled$rest" >"$1"
  REPLY=$used
}

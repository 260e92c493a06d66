# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# Docker is the distribution's signed package, in the version asked for; the compose plugin, which the distribution doesn't
# have, is one file with a known hash. What is right already is left alone: a restart of Docker is felt by every service.

readonly fk_proxy=/etc/systemd/system/docker.service.d/fleetkeeper-proxy.conf
readonly fk_plugin=/usr/local/lib/docker/cli-plugins/docker-compose

fence
work_directory
docker='' compose='' url='' sha256='' proxy=''
while read -r word first second third; do
  case $word in
    docker)
      decoded "$first"
      docker=$REPLY
      ;;
    compose)
      decoded "$first"
      compose=$REPLY
      decoded "$second"
      url=$REPLY
      decoded "$third"
      sha256=$REPLY
      ;;
    proxy)
      decoded "${first:--}"
      proxy=$REPLY
      ;;
  esac
done <<<"$fk_request"
[[ $docker =~ ^[0-9][0-9A-Za-z.~+-]*$ ]] || fail BadRequest "not a version of Docker: $docker"
[[ $compose =~ ^[0-9][0-9.]*$ ]] || fail BadRequest "not a version of the compose plugin: $compose"
[[ $url =~ ^https://[A-Za-z0-9./_~%+-]+$ ]] || fail BadRequest "the compose plugin comes over https only"
[[ $sha256 =~ ^[0-9a-f]{64}$ ]] || fail BadRequest "not a SHA-256: $sha256"
while IFS= read -r line; do
  if [[ $line =~ ^Environment=\"((HTTP|HTTPS|NO)_PROXY=[A-Za-z0-9.,:/*_-]+)\"$ ]]; then
    # Packages and downloads of this script go the same way.
    export "${BASH_REMATCH[1]?}" "${BASH_REMATCH[2],,}_proxy=${BASH_REMATCH[1]#*=}"
  elif [[ -n $line && $line != "[Service]" && $line != "# "* ]]; then
    fail BadRequest "not a line of the daemon's proxies"
  fi
done <<<"$proxy"
changed=()

installed=$(rpm -q --qf '%{VERSION}-%{RELEASE}' docker) || installed=
if [[ $installed != "$docker" && $installed != "$docker"-* ]]; then
  dnf install -y -q "docker-$docker" || dnf install -y -q "docker-$docker-*" ||
    fail PackageUnavailable "docker-$docker can't be installed from this system's repositories; $fk_log on the host has the reason"
  changed+=('"docker"')
fi

if [[ ! -f /etc/docker/daemon.json ]]; then
  (umask 022 && mkdir -p /etc/docker)
  # Logs that can't fill the disk, and services that survive a restart of the daemon.
  printf '%s\n' '{"log-driver":"local","log-opts":{"max-size":"50m","max-file":"5"},"live-restore":true}' |
    replace_file /etc/docker/daemon.json 0644 0:0
fi

have=
if [[ -f $fk_plugin ]]; then
  file_hash "$fk_plugin"
  have=$REPLY
fi
if [[ $have != "$sha256" ]]; then
  curl -fsSL --proto '=https' --proto-redir '=https' --retry 2 --max-time 600 -o "$fk_work/docker-compose" "$url" ||
    fail DownloadFailed "the compose plugin could not be fetched from $url; $fk_log on the host has the reason"
  file_hash "$fk_work/docker-compose"
  [[ $REPLY == "$sha256" ]] || fail ChecksumDiffers "what $url gave has the SHA-256 $REPLY; it was thrown away"
  (umask 022 && mkdir -p "${fk_plugin%/*}")
  replace_file "$fk_plugin" 0755 0:0 <"$fk_work/docker-compose"
  changed+=('"compose"')
fi

# The daemon reads its proxies when it starts; containers go on meanwhile (live-restore).
have=
if [[ -f $fk_proxy ]]; then have=$(cat "$fk_proxy" && printf x); fi
if [[ ${have%x} != "$proxy" ]]; then
  # Stopped first: killed in between, it is started with the new ones.
  if systemctl is-active --quiet docker; then systemctl stop docker; fi
  if [[ -n $proxy ]]; then
    (umask 022 && mkdir -p "${fk_proxy%/*}")
    printf '%s' "$proxy" | replace_file "$fk_proxy" 0644 0:0
  else
    rm -f "$fk_proxy"
  fi
  systemctl daemon-reload
  changed+=('"proxy"')
fi

if ! systemctl is-enabled --quiet docker; then systemctl enable --quiet docker; fi
if ! systemctl is-active --quiet docker; then
  systemctl start docker || fail DockerNotStarted "Docker does not start; $fk_log on the host has the reason"
  changed+=('"started"')
fi
json_list "${changed[@]}"
changes=$REPLY
version=$(docker version --format "${fk_open}.Server.Version${fk_close}")
plugin_version=$(docker compose version --short)
json_string "${version%%$'\n'*}" && version=$REPLY
json_string "${plugin_version#v}" && plugin_version=$REPLY
done_with "{\"changed\":$changes,\"docker\":$version,\"compose\":$plugin_version}"

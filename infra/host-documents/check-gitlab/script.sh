# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# What can't be told is null, never "none".

images=()
while read -r word field _; do
  [[ $word == image ]] || continue
  decoded "${field:--}"
  [[ $REPLY =~ ^gitlab/gitlab-(ee|ce):[0-9.]+-(ee|ce)\.0$ ]] || fail BadRequest "not an image of GitLab's: $REPLY"
  images+=("$REPLY")
done <<<"$fk_request"

data_mounted || fail VolumeNotMounted "the data volume is not mounted at $fk_data"
fk_docker_answers || fail DockerNotRunning "Docker does not answer on this host"

version=null edition=null readiness=0 postgresql=null unfinished=null failed=null names=null projects=null users=null
if find_gitlab; then
  version="\"$gitlab_version\"" edition="\"$gitlab_edition\""
  gitlab_readiness && readiness=$REPLY
  if gitlab_postgresql; then postgresql=$REPLY; fi
  if gitlab_migrations; then
    unfinished=0 failed=0 listed=()
    while IFS='|' read -r status name; do
      if [[ -z $status ]]; then continue; fi
      unfinished=$((unfinished + 1))
      if [[ $status == 4 ]]; then failed=$((failed + 1)); fi
      if ((unfinished <= 20)) && [[ $name =~ ^[A-Za-z0-9_:]{1,200}$ ]]; then listed+=("\"$name\""); fi
    done <<<"$REPLY"
    json_list "${listed[@]}" && names=$REPLY
  fi
  if counts=$(gitlab_query 'SELECT (SELECT count(*) FROM projects), (SELECT count(*) FROM users)') && [[ $counts =~ ^([0-9]+)\|([0-9]+)$ ]]; then
    projects=${BASH_REMATCH[1]} users=${BASH_REMATCH[2]}
  fi
fi

pulled=()
for image in "${images[@]}"; do
  if docker image inspect --format "${fk_open}.Id${fk_close}" "$image" >/dev/null 2>&1; then pulled+=("\"$image\""); fi
done
json_list "${pulled[@]}" && there=$REPLY
busy=false
if gitlab_is_busy; then busy=true; fi
restoring=
if [[ -r $fk_restoring ]]; then read -r restoring _ <"$fk_restoring" || true; fi
json_text "$restoring" && restoring=$REPLY
done_with "{\"version\":$version,\"edition\":$edition,\"readiness\":$readiness,\"postgresql\":$postgresql,\"migrations\":{\"unfinished\":$unfinished,\"failed\":$failed,\"names\":$names},\"projects\":$projects,\"users\":$users,\"pulled\":$there,\"busy\":$busy,\"restoring\":$restoring}"

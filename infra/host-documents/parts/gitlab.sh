# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# GitLab in its container, asked by its own programs.

readonly fk_gitlab=$fk_data/gitlab
readonly fk_restoring=$fk_gitlab/.fleetkeeper-restoring
gitlab_id='' gitlab_version='' gitlab_edition=''

# gitlab_lock: backups, upgrades and restores exclude each other, for as long as they take. With fence, in this order. Of a
# descriptor of its own: 8 is the work directory's, 9 is fence's.
gitlab_lock() {
  exec 7>>"$fk_state/gitlab.lock"
  flock -n 7 || fail Busy "a backup, an upgrade or a restore of GitLab is under way on this host"
}

# host_unlock: what takes long leaves the rest of the host to others. The lock of gitlab_lock stays.
host_unlock() { exec 9>&-; }

gitlab_is_busy() {
  [[ -e $fk_state/gitlab.lock ]] && ! flock -n "$fk_state/gitlab.lock" true
}

# find_gitlab: its container, if it runs, and what is in it.
find_gitlab() {
  local state line
  container_state gitlab
  read -r gitlab_id state <<<"$REPLY" || true
  [[ -n $gitlab_id && $state == running ]] || return 1
  line=$(docker exec "$gitlab_id" head -n 1 /opt/gitlab/version-manifest.txt 2>/dev/null) || return 1
  [[ $line =~ ^gitlab-(ee|ce)\ ([0-9]+\.[0-9]+\.[0-9]+) ]] || return 1
  gitlab_edition=${BASH_REMATCH[1]} gitlab_version=${BASH_REMATCH[2]}
}

need_gitlab() {
  data_mounted || fail VolumeNotMounted "the data volume is not mounted at $fk_data"
  fk_docker_answers || fail DockerNotRunning "Docker does not answer on this host"
  find_gitlab || fail GitLabNotRunning "GitLab's container doesn't run"
}

gitlab_readiness() {
  REPLY=$(docker exec "$gitlab_id" curl -s -o /dev/null --max-time 10 -w '%{http_code}' 'http://127.0.0.1:8080/-/readiness?all=1') || true
  [[ $REPLY =~ ^[1-9][0-9]{2}$ ]] || REPLY=0
}

gitlab_query() { docker exec "$gitlab_id" gitlab-psql -d gitlabhq_production -t -A -c "$1"; }

# gitlab_postgresql: REPLY is the major version of the server that runs.
gitlab_postgresql() {
  local number
  number=$(gitlab_query 'SHOW server_version_num') || return 1
  [[ $number =~ ^[0-9]{5,6}$ ]] || return 1
  REPLY=$((number / 10000))
}

# gitlab_migrations: REPLY is `STATUS|NAME` a line, of batched background migrations that aren't finished. Status as in GitLab's
# Gitlab::Database::BackgroundMigration::BatchedMigration: 3 finished, 6 finalized, 4 failed.
gitlab_migrations() {
  REPLY=$(gitlab_query 'SELECT status, job_class_name FROM batched_background_migrations WHERE status NOT IN (3, 6)')
}

# valid_backup ID, valid_bucket NAME, valid_key KEY
valid_backup() { [[ $1 =~ ^[0-9]{8}T[0-9]{6}Z-[a-z0-9][a-z0-9.-]{0,60}$ ]]; }
valid_bucket() { [[ $1 =~ ^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$ ]]; }
valid_prefix() { [[ $1 =~ ^[A-Za-z0-9!_.*\'\(\)/-]{1,300}/$ && $1 != /* ]]; }

# manifest_of BUCKET PREFIX ID: into $fk_work/manifest.json; it says of itself what it is of.
manifest_of() {
  aws s3 cp --only-show-errors "s3://$1/$2$3/manifest.json" "$fk_work/manifest.json"
}

# manifest_field NAME: REPLY is a text or a number of our own manifest, which is one line.
manifest_field() {
  local line
  line=$(<"$fk_work/manifest.json")
  [[ $line =~ \"$1\":\"?([A-Za-z0-9_./:!*\'\(\)-]+)\"?[,\}] ]] || return 1
  REPLY=${BASH_REMATCH[1]}
}

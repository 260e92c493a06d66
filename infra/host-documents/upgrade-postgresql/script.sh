# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# gitlab-ctl pg-upgrade keeps the old data directory and goes back to it where it fails
# (docs.gitlab.com/omnibus/settings/database, "Upgrade packaged PostgreSQL server").

fence
gitlab_lock
work_directory
read -r word at from to backup bucket prefix _ <<<"$fk_request"
[[ $word == postgresql ]] || fail BadRequest "upgrade-postgresql wants versions"
for name in at from to backup bucket prefix; do
  decoded "${!name:--}"
  printf -v "$name" '%s' "$REPLY"
done
[[ $at =~ ^[0-9]+\.[0-9]+\.[0-9]+-(ce|ee)$ && $from =~ ^[0-9]{2}$ && $to =~ ^[0-9]{2}$ ]] || fail BadRequest "not a step: $from to $to"
{ valid_backup "$backup" && valid_bucket "$bucket" && valid_prefix "$prefix"; } || fail BadRequest "not a backup: $backup"
need_gitlab
[[ ! -e $fk_restoring ]] || fail Restoring "a restore is not finished on this host"
gitlab_postgresql || fail PostgresqlUnknown "PostgreSQL could not be asked for its version"
running=$REPLY
if ((running >= to)); then done_with "{\"postgresql\":$running}"; fi
[[ $gitlab_version-$gitlab_edition == "$at" ]] || fail OtherVersion "GitLab $gitlab_version runs, and the step is with $at"
((running == from)) || fail OtherVersion "PostgreSQL $running runs, and the step is from $from"
use_region
manifest_of "$bucket" "$prefix" "$backup" || fail NoBackup "the backup $backup can't be read from the bucket"
grep -qF "\"gitlab\":{\"version\":\"$gitlab_version\",\"edition\":\"$gitlab_edition\"}" "$fk_work/manifest.json" ||
  fail NoBackup "the backup $backup isn't of GitLab $at"
gitlab_migrations || fail MigrationsUnknown "GitLab's background migrations could not be asked for"
[[ -z $REPLY ]] || fail MigrationsUnfinished "background migrations of GitLab $gitlab_version are not finished"
host_unlock
docker exec "$gitlab_id" gitlab-ctl pg-upgrade -V "$to" ||
  fail PostgresqlFailed "gitlab-ctl pg-upgrade failed; $fk_log on the host has the reason"
gitlab_postgresql || fail PostgresqlUnknown "PostgreSQL could not be asked for its version"
((REPLY >= to)) || fail PostgresqlFailed "PostgreSQL is still $REPLY"
done_with "{\"postgresql\":$REPLY}"

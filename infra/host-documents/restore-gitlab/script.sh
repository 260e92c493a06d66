# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# Everything is looked at and fetched before anything is touched. From the first change on a mark on the data volume says that
# this host is half restored, and of which backup; only a GitLab that is ready and can decrypt its data takes it away. The order
# is GitLab's (docs.gitlab.com/administration/backup_restore/restore_gitlab).

fence
gitlab_lock
work_directory
read -r word id bucket prefix fleet data_hash configuration_hash overwrite _ <<<"$fk_request"
[[ $word == restore ]] || fail BadRequest "restore-gitlab wants a backup"
for name in id bucket prefix fleet data_hash configuration_hash overwrite; do
  decoded "${!name:--}"
  printf -v "$name" '%s' "$REPLY"
done
{ valid_backup "$id" && valid_bucket "$bucket" && valid_prefix "$prefix"; } || fail BadRequest "not a backup: $id"
[[ $data_hash =~ ^[0-9a-f]{64}$ && $configuration_hash =~ ^[0-9a-f]{64}$ ]] || fail BadRequest "not hashes"
[[ $overwrite =~ ^(fresh|overwrite)$ ]] || fail BadRequest "neither fresh nor overwrite: $overwrite"
need_gitlab
use_region

readonly archive=$fk_gitlab/data/backups/${id}_gitlab_backup.tar
restored=none
if [[ -r $fk_restoring ]]; then
  read -r marked restored <"$fk_restoring"
  [[ $marked == "$id" ]] || fail Restoring "the restore of $marked is not finished on this host"
fi

fetch() { # KEY FILE HASH
  aws s3 cp --only-show-errors "s3://$bucket/$prefix$id/$1" "$2" ||
    fail BackupUnavailable "the host could not read s3://$bucket/$prefix$id/$1; $fk_log on the host has the reason"
  file_hash "$2"
  [[ $REPLY == "$3" ]] || fail ChecksumDiffers "s3://$bucket/$prefix$id/$1 isn't what was backed up: nothing was touched"
}

if [[ $restored == none || $restored == begun ]]; then
  manifest_of "$bucket" "$prefix" "$id" || fail BackupUnavailable "the manifest of $id can't be read from the bucket"
  grep -qF "\"gitlab\":{\"version\":\"$gitlab_version\",\"edition\":\"$gitlab_edition\"}" "$fk_work/manifest.json" ||
    fail OtherVersion "the backup $id isn't of GitLab $gitlab_version-$gitlab_edition, which runs"
  grep -qF '"secretsFile":true' "$fk_work/manifest.json" || fail NoSecretsFile "the backup $id lacks the secrets file"
  gitlab_readiness
  if [[ $restored == none ]]; then
    [[ $REPLY == 200 ]] || fail NotReady "GitLab isn't ready (readiness $REPLY)"
    counts=$(gitlab_query 'SELECT (SELECT count(*) FROM projects), (SELECT count(*) FROM users)') || counts=
    [[ $counts =~ ^[0-9]+\|[0-9]+$ ]] ||
      fail CountsUnknown "GitLab could not be asked what it holds"
    if [[ $overwrite == fresh ]] && ! [[ $counts =~ ^0\|[01]$ ]]; then fail NotFresh "GitLab holds projects or users, which a restore would wipe out"; fi
  fi
  # Three times the archive is what GitLab wants free itself.
  size=$(aws s3api head-object --bucket "$bucket" --key "$prefix$id/data.tar" --query ContentLength --output text) ||
    fail BackupUnavailable "the host could not look at s3://$bucket/$prefix$id/data.tar"
  read -r available < <(df -B 1 --output=avail "$fk_data" | tail -n 1)
  ((available >= 4 * size)) || fail NoSpace "a restore needs $((4 * size)) bytes, and $available are free"
  mkdir -p "${archive%/*}"
  fetch data.tar "$archive" "$data_hash"
  fetch configuration.tar "$fk_work/configuration.tar" "$configuration_hash"
  tar -tf "$archive" >/dev/null || fail BackupBroken "the archive can't be read: nothing was touched"
  mkdir -p "$fk_work/configuration"
  tar -C "$fk_work/configuration" -xf "$fk_work/configuration.tar" gitlab/config
  [[ -s $fk_work/configuration/gitlab/config/gitlab-secrets.json ]] || fail NoSecretsFile "the backup's configuration lacks gitlab-secrets.json: nothing was touched"

  printf '%s begun\n' "$id" | replace_file "$fk_restoring" 0600 0:0
  replace_file "$fk_gitlab/config/gitlab-secrets.json" 0600 0:0 <"$fk_work/configuration/gitlab/config/gitlab-secrets.json"
  docker exec "$gitlab_id" gitlab-ctl stop puma
  # A rehearsal's GitLab has none.
  docker exec "$gitlab_id" gitlab-ctl stop sidekiq || ! docker exec "$gitlab_id" gitlab-ctl status sidekiq ||
    fail RestoreFailed "Sidekiq could not be stopped; $fk_log on the host has the reason"
  docker exec "$gitlab_id" gitlab-backup restore "BACKUP=$id" force=yes ||
    fail RestoreFailed "gitlab-backup restore failed; $fk_log on the host has the reason; the host stays marked as half restored"
  printf '%s restored\n' "$id" | replace_file "$fk_restoring" 0600 0:0
  restored=restored
fi

# Killed after the data was back: GitLab's services may still be stopped.
if [[ $restored == restored ]]; then
  docker exec "$gitlab_id" gitlab-ctl reconfigure || fail RestoreFailed "gitlab-ctl reconfigure failed after the restore"
  compose restart gitlab || fail ComposeFailed "GitLab could not be started again after the restore"
  printf '%s started\n' "$id" | replace_file "$fk_restoring" 0600 0:0
  done_with '{"state":"starting"}'
fi

gitlab_readiness
[[ $REPLY == 200 ]] || done_with '{"state":"starting"}'
told=$(docker exec "$gitlab_id" gitlab-rake gitlab:doctor:secrets) || fail SecretsUnknown "GitLab could not say whether its secrets fit"
if grep -qE 'failures: [1-9]' <<<"$told"; then fail SecretsDiffer "GitLab can't decrypt what was restored: the secrets file is another one"; fi
counts=$(gitlab_query 'SELECT (SELECT count(*) FROM projects), (SELECT count(*) FROM users)') || fail CountsUnknown "GitLab could not be asked what it holds"
[[ $counts =~ ^([0-9]+)\|([0-9]+)$ ]] || fail CountsUnknown "GitLab could not be asked what it holds"
rm -f -- "$archive" "$fk_restoring"
done_with "{\"state\":\"restored\",\"projects\":${BASH_REMATCH[1]},\"users\":${BASH_REMATCH[2]}}"

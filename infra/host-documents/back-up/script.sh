# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# GitLab's archive doesn't hold /etc/gitlab (docs.gitlab.com/administration/backup_restore/backup_gitlab): both go into the bucket.
# The secrets file is in memory and on its way there, never on a disk but its own. The manifest comes last: killed before,
# there is no such backup, and asked again for the same one it is made anew.

fence
gitlab_lock
work_directory
id='' bucket='' prefix='' fleet='' skipped=()
while read -r word first second third fourth _; do
  case $word in
    backup)
      decoded "${first:--}" && id=$REPLY
      decoded "${second:--}" && bucket=$REPLY
      decoded "${third:--}" && prefix=$REPLY
      decoded "${fourth:--}" && fleet=$REPLY
      ;;
    skip)
      decoded "${first:--}"
      [[ $REPLY =~ ^[a-z_]{1,40}$ ]] || fail BadRequest "not a part of a backup: $REPLY"
      skipped+=("$REPLY")
      ;;
  esac
done <<<"$fk_request"
valid_backup "$id" || fail BadRequest "not a backup's id: $id"
valid_bucket "$bucket" || fail BadRequest "not a bucket's name: $bucket"
valid_prefix "$prefix" || fail BadRequest "not a prefix: $prefix"
[[ $fleet =~ ^[a-z][a-z0-9-]{1,30}$ ]] || fail BadRequest "not a fleet's name: $fleet"
need_gitlab
[[ ! -e $fk_restoring ]] || fail Restoring "a restore is not finished on this host"
[[ -s $fk_gitlab/config/gitlab-secrets.json ]] ||
  fail NoSecretsFile "there is no gitlab-secrets.json: a backup without it can't be restored"
use_region

# Asked for again, after its answer was lost.
if manifest_of "$bucket" "$prefix" "$id" 2>/dev/null; then done_with "{\"made\":false,\"manifest\":$(<"$fk_work/manifest.json")}"; fi
host_unlock

# GitLab packs beside what it has; a full volume would stop it.
read -r used _ < <(du -s -B 1 --exclude=backups "$fk_gitlab/data")
read -r available < <(df -B 1 --output=avail "$fk_data" | tail -n 1)
((available >= used)) || fail NoSpace "a backup needs up to $used bytes beside the data, and $available are free"

created=$(date +%s%3N)
archive=$fk_gitlab/data/backups/${id}_gitlab_backup.tar
rm -f -- "$archive"
settings=("BACKUP=$id" CRON=1)
if ((${#skipped[@]} > 0)); then settings+=("SKIP=$(IFS=, && printf '%s' "${skipped[*]}")"); fi
docker exec "$gitlab_id" gitlab-backup create "${settings[@]}" ||
  fail BackupFailed "gitlab-backup failed; $fk_log on the host has the reason"
[[ -s $archive ]] || fail BackupFailed "gitlab-backup left no archive"

# Read from end to end: what is cut doesn't pass.
listed=$(tar -tf "$archive") || fail BackupBroken "the archive can't be read"
has() { grep -qE "^(\./)?$1" <<<"$listed"; }
lacks=
has backup_information.yml || lacks=backup_information.yml
if [[ " ${skipped[*]} " != *' db '* ]] && ! has db/database.sql; then lacks=db; fi
[[ -z $lacks ]] || fail BackupBroken "the archive lacks $lacks"
told=$(tar -xOf "$archive" --wildcards '*backup_information.yml' | sed -n 's/^:gitlab_version: *//p')
[[ $told == "$gitlab_version" || $told == "$gitlab_version-$gitlab_edition" ]] ||
  fail OtherVersion "the archive is of GitLab $told, and $gitlab_version runs"

tar -C "$fk_data" -cf "$fk_work/configuration.tar" gitlab/config stack

part() { # NAME FILE: uploaded, seen there whole; REPLY is its JSON
  local key=$prefix$id/$1 size hash there
  size=$(stat -c %s "$2")
  file_hash "$2" && hash=$REPLY
  aws s3 cp --only-show-errors "$2" "s3://$bucket/$key" ||
    fail UploadFailed "the host could not write s3://$bucket/$key; $fk_log on the host has the reason"
  there=$(aws s3api head-object --bucket "$bucket" --key "$key" --query ContentLength --output text) || there=none
  [[ $there == "$size" ]] || fail UploadFailed "s3://$bucket/$key has $there of $size bytes"
  json_string "$key"
  REPLY="{\"key\":$REPLY,\"sizeBytes\":$size,\"sha256\":\"$hash\"}"
}
part data.tar "$archive" && data=$REPLY
part configuration.tar "$fk_work/configuration.tar" && configuration=$REPLY

names=()
for name in "${skipped[@]}"; do names+=("\"$name\""); done
json_list "${names[@]}"
manifest="{\"version\":1,\"id\":\"$id\",\"fleet\":\"$fleet\",\"createdAt\":$created"
manifest+=",\"gitlab\":{\"version\":\"$gitlab_version\",\"edition\":\"$gitlab_edition\"}"
manifest+=",\"parts\":{\"data\":$data,\"configuration\":$configuration},\"secretsFile\":true,\"skipped\":$REPLY}"
printf '%s' "$manifest" >"$fk_work/manifest.json"
aws s3 cp --only-show-errors "$fk_work/manifest.json" "s3://$bucket/$prefix$id/manifest.json" ||
  fail UploadFailed "the host could not write the backup's manifest; $fk_log on the host has the reason"
rm -f -- "$archive"
done_with "{\"made\":true,\"manifest\":$manifest}"

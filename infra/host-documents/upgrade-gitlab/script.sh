# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# All that the step waits for is looked at once more, here, right before GitLab is stopped. Asked again it goes on where it was
# killed: the version file says the new image from the moment on at which the old one may be gone.

fence
gitlab_lock
work_directory
read -r word from to edition backup bucket prefix _ <<<"$fk_request"
[[ $word == step ]] || fail BadRequest "upgrade-gitlab wants a step"
for name in from to edition backup bucket prefix; do
  decoded "${!name:--}"
  printf -v "$name" '%s' "$REPLY"
done
[[ $from =~ ^[0-9]+\.[0-9]+\.[0-9]+-(ce|ee)$ && $to =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || fail BadRequest "not a step: $from to $to"
[[ $edition =~ ^(ce|ee)$ ]] || fail BadRequest "not an edition: $edition"
{ valid_backup "$backup" && valid_bucket "$bucket" && valid_prefix "$prefix"; } || fail BadRequest "not a backup: $backup"
data_mounted || fail VolumeNotMounted "the data volume is not mounted at $fk_data"
fk_docker_answers || fail DockerNotRunning "Docker does not answer on this host"
[[ ! -e $fk_restoring ]] || fail Restoring "a restore is not finished on this host"
[[ -f $fk_stack/docker-compose.yaml ]] || fail NoComposeFile "there is no $fk_stack/docker-compose.yaml"

# GitLab 18 writes secrets of services into gitlab-secrets.json that GitLab 19 refuses to start with, whether or not they were
# ever used, and gitlab-ctl check-config doesn't tell (omnibus-gitlab work items 9916, 10001). They are in the backup that has
# just been looked at. Written again at each start of the old version, so they go right before it ends.
readonly fk_forget='require "json"
path = "/etc/gitlab/gitlab-secrets.json"
secrets = JSON.parse(File.read(path))
gone = ["mattermost", "spamcheck"].select { |name| secrets.delete(name) }
unless gone.empty?
  File.open(path + ".fleetkeeper", File::WRONLY | File::CREAT | File::TRUNC, 0600) { |file| file.write(JSON.pretty_generate(secrets)); file.fsync }
  File.rename(path + ".fleetkeeper", path)
end'
forget_removed_secrets() {
  if [[ ${gitlab_version%%.*} -ge 19 || ${to%%.*} -lt 19 ]]; then return 0; fi
  docker exec "$gitlab_id" /opt/gitlab/embedded/bin/ruby -e "$fk_forget" ||
    fail SecretsUnchanged "gitlab-secrets.json still holds what GitLab $to doesn't start with; $fk_log on the host has the reason"
}

readonly image=gitlab/gitlab-$edition:$to-$edition.0 file=$fk_stack/.env
start_new() {
  compose up --detach --no-deps --no-build gitlab || fail ComposeFailed "docker compose up failed; $fk_log on the host has the reason"
}

begun=false
if grep -qsxF "GITLAB_IMAGE=$image" "$file"; then begun=true; fi
running=
if find_gitlab; then running=$gitlab_version-$gitlab_edition; fi
if [[ $running == "$to-$edition" && $begun == true ]]; then done_with '{"started":false,"arrived":true}'; fi

if [[ $begun == false ]]; then
  [[ -n $running ]] || fail GitLabNotRunning "GitLab's container doesn't run"
  [[ $running == "$from" ]] || fail OtherVersion "GitLab $running runs, and the step is from $from"
  gitlab_readiness
  [[ $REPLY == 200 ]] || fail NotReady "GitLab isn't ready (readiness $REPLY)"
  use_region
  manifest_of "$bucket" "$prefix" "$backup" || fail NoBackup "the backup $backup can't be read from the bucket"
  { manifest_field id && [[ $REPLY == "$backup" ]]; } || fail NoBackup "the manifest of $backup isn't its own"
  grep -qF "\"gitlab\":{\"version\":\"$gitlab_version\",\"edition\":\"$gitlab_edition\"}" "$fk_work/manifest.json" ||
    fail NoBackup "the backup $backup isn't of GitLab $running"
  grep -qF '"secretsFile":true' "$fk_work/manifest.json" || fail NoBackup "the backup $backup lacks the secrets file"
  gitlab_migrations || fail MigrationsUnknown "GitLab's background migrations could not be asked for"
  [[ -z $REPLY ]] || fail MigrationsUnfinished "background migrations of GitLab $gitlab_version are not finished"
  if ! told=$(docker exec "$gitlab_id" gitlab-ctl check-config "--version=$to"); then
    gone=$(sed -n "s/^\* \([a-z_]*\(\['[a-z_]*'\]\)*\) has been deprecated.* was removed in \([0-9.]*[0-9]\).*/\1 (removed in \3)/p" <<<"$told" | head -n 5 | tr '\n' ' ')
    [[ -z $gone ]] || fail RemovedSetting "GitLab $to doesn't start with these settings: ${gone% }"
    fail BadConfiguration "gitlab-ctl check-config refuses the configuration for $to; $fk_log on the host has more"
  fi
  docker image inspect "$image" >/dev/null || fail ImageNotPulled "the image $image isn't on the host"

  forget_removed_secrets
  # As write-files does it, so that the file counts as written by us. The runner's line stays until GitLab has arrived.
  {
    printf 'GITLAB_IMAGE=%s\n' "$image"
    grep -sv '^GITLAB_IMAGE=' "$file" || true
  } >"$fk_work/env"
  kept_of "$file" && kept=$REPLY
  file_hash "$fk_work/env" && hash=$REPLY
  mkdir -p "$kept"
  replace_file "$file" 0644 0:0 <"$fk_work/env"
  printf '%s %s plain\n' "$hash" "$hash" | replace_file "$kept/written" 0600 0:0
elif [[ -n $running ]]; then
  forget_removed_secrets
fi
start_new
done_with '{"started":true,"arrived":false}'

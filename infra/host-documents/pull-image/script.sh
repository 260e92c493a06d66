# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered

fence
read -r word image _ <<<"$fk_request"
[[ $word == image ]] || fail BadRequest "pull-image wants an image"
decoded "${image:--}"
image=$REPLY
[[ $image =~ ^gitlab/gitlab-(ee|ce):[0-9.]+-(ee|ce)\.0$ ]] || fail BadRequest "not an image of GitLab's: $image"
fk_docker_answers || fail DockerNotRunning "Docker does not answer on this host"
host_unlock
docker pull --quiet "$image" || fail ImageUnavailable "the host could not pull $image; $fk_log on the host has the reason"
done_with '{"pulled":true}'

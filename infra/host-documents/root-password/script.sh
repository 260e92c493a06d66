# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# GitLab writes its first root password to a file and deletes it at the first start after a day. It goes to Parameter Store from
# here, in a file that the CLI reads: never through the answer, nor through a command line.

readonly fk_source=$fk_data/gitlab/config/initial_root_password

fence
work_directory
read -r word parameter _ <<<"$fk_request"
[[ $word == parameter ]] || fail BadRequest "root-password wants a parameter's name"
decoded "$parameter"
parameter=$REPLY
[[ $parameter =~ ^/fleetkeeper/[A-Za-z0-9_./-]+$ ]] || fail BadRequest "not a parameter of Fleetkeeper's: $parameter"
data_mounted || fail VolumeNotMounted "the data volume is not mounted at $fk_data"
if [[ ! -f $fk_source ]]; then done_with '{"moved":false}'; fi

use_region
password=$(sed -n 's/^Password: //p' "$fk_source" | head -n 1)
[[ -n $password ]] || fail NoPassword "$fk_source on the host has no password in it"
printf '%s' "$password" >"$fk_work/password"
version=$(aws ssm put-parameter --name "$parameter" --type SecureString --overwrite --value "file://$fk_work/password" --query Version --output text) ||
  fail SecretNotWritten "the host could not write $parameter; $fk_log on the host has the reason"
# Only now: killed before, it is moved again.
rm -f "$fk_source"
json_number "$version"
done_with "{\"moved\":true,\"version\":$REPLY}"

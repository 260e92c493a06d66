# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# Asked again and again until it answers that the manager has ended.

fence
read -r word wait _ <<<"$fk_request"
decoded "${wait:--}"
wait=$REPLY
[[ $word == wait && $wait =~ ^[0-9]{1,3}$ ]] || fail BadRequest "drain-runner wants seconds to wait, at most 999"
drain_manager "$wait"
done_with "{\"drained\":$drained,\"jobs\":$jobs}"

# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# The disk before the processes: what a process has begun since then is on the disk already, or still named by it.
json_machines
machines=$REPLY
json_processes
processes=$REPLY
json_sections
sections=$REPLY
json_runner
runner=$REPLY
json_system_id
done_with "{\"runner\":$runner,\"machines\":$machines,\"processes\":$processes,\"sections\":$sections,\"systemId\":$REPLY}"

# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# The old token ends at once. Killed before the new one is written, the next registration makes another.

fence
need_python
run_runner rotate

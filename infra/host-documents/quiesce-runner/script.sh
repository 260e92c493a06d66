# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# Asked again and again until it answers that no job and no machine is left.

fence
need_python
run_runner quiesce

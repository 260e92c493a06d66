# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# GitLab first: a section without a runner is found again, a runner without a section isn't.

fence
need_python
run_runner unregister

# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# Merges, lets gitlab-runner judge, replaces, and waits until the manager says that it loaded the file.

fence
need_python
run_runner write

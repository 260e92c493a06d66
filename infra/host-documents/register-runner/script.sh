# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# Asked again after it was killed at any point, it leaves one runner and one section.

fence
need_python
run_runner register

# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# Sets all of them to what was asked, whatever they were.

fence
need_python
run_runner update

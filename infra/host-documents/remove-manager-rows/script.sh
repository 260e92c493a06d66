# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# Each row is looked at again first: the manager's own, one with a job and one that spoke within a day stay.

fence
need_python
run_runner remove-rows

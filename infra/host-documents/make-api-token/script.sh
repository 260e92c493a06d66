# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# For a service account, by gitlab-rails in GitLab's container; the one before is revoked.

fence
need_python
run_runner api-token

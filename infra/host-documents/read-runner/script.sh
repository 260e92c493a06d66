# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# Reads only. A value leaves the host only where its key is known to hold no secret.

find_python
python=$REPLY
[[ -n $python ]] || fail PythonUnavailable "there is no Python 3.11 on this host; the next registration or write installs it"
run_runner read

# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# Reads only. Of a trace nothing leaves the host but what has a machine's name.

find_python
python=$REPLY
[[ -n $python ]] || fail PythonUnavailable "there is no Python 3.11 on this host; the next registration or write installs it"
run_runner witness

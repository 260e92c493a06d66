"""Registers, reads, writes, quiets and ends runners on their manager's host. See docs/runners.md.

  runner.py VERB DIRECTORY
      DIRECTORY holds request.json, shape.json and, after it, result.json, or failure.json with {code, message}.

The runner's token goes from GitLab's answer into config.toml on the data volume (mode 0600), and nowhere else.
"""

import json
import re
import sys
import tomllib
import traceback
from pathlib import Path

import config_toml as toml
from gitlab_api import Failed, run
from gitlab_managers import remove_rows, short_token, witness
from host import Host
from registration import register, rotate, unregister, update
from told import asked, id_of, running


def read(host):
    request, result = host.request, {"config": None, "expected": None, "why": None}
    text = host.text()
    sections = []
    if not host.key.exists():
        raise Failed("KeyMissing", "the data volume has no key for digests: it isn't prepared")
    secret = host.key.read_bytes()
    if text is not None:
        live = host.config()
        sections = toml.sections(live)
        stat = host.live.stat()
        result["config"] = {
            "digest": host.digest(text),
            "mode": f"{stat.st_mode & 0o7777:04o}",
            "toml": toml.written(toml.redacted(live, host.shape, secret), host.shape),
        }
    try:
        template = toml.with_secrets(tomllib.loads(request.get("template", "")), host.secrets())
        result["expected"] = toml.written(toml.redacted(template, host.shape, secret), host.shape)
    except (Failed, toml.Refused) as failure:
        result["why"] = str(failure)
    result["ids"] = host.ids()
    result["registering"] = sorted(intent["section"] for intent in host.unfinished())
    result["rotating"] = host.rotating()
    result["pending"] = {name: left(host, name) for name in request.get("quiesced", [])}
    result["metrics"] = host.metrics()
    result["gitlab"] = asked(host, [one for one in sections if one.get("token")])
    return result


def write(host):
    base, text = host.request.get("base"), host.text()
    if base is not None and (text is None or host.digest(text) != base):
        raise Failed("ChangedMeanwhile", "config.toml isn't the file that the plan was made on")
    return host.write(host.request["parts"])


def quiesce(host):
    """No new job, no idle machine; asked again until `quiet`."""
    name = host.request["section"]
    section = host.section(name)
    if section is None:
        return {"quiet": True, "jobs": 0, "machines": 0}
    runner, gitlab = id_of(section), host.gitlab
    if runner is not None and gitlab.can_manage():
        gitlab.call("PUT", f"runners/{int(runner)}", {"paused": True})
    host.write([], quiet=name)
    for wait in range(int(host.request.get("wait", 60)), -1, -5):
        now = left(host, name)
        if now["jobs"] == 0 and now["machines"] == 0:
            return {"quiet": True, **now}
        if wait > 0:
            run(["sleep", "5"])
    return {"quiet": False, **now}


def left(host, name):
    """Jobs and machines that a section still has."""
    section = host.section(name) or {}
    return {"jobs": running(host.gitlab, id_of(section)), "machines": len(machines_of(host, section))}


def machines_of(host, section):
    """Machines by the prefix that gitlab-runner looks for (executors/docker/machine/name.go)."""
    name = section.get("machine", {}).get("MachineName")
    if not name:
        return []
    short = short_token(section.get("token", "")).lower()
    prefix = f"runner-{re.sub('[^a-z0-9-]', '', short)}-{name.split('%s')[0]}"
    folder = host.data / "machine" / "machines"
    return [one.name for one in folder.glob("*/") if one.name.startswith(prefix)] if folder.exists() else []


def api_token(host):
    return {"expires": host.gitlab.make_token(host.keep)}


VERBS = {
    "read": read,
    "write": write,
    "register": register,
    "update": update,
    "unregister": unregister,
    "rotate": rotate,
    "quiesce": quiesce,
    "api-token": api_token,
    "witness": witness,
    "remove-rows": remove_rows,
}


def main():
    verb, directory, *data = sys.argv[1:]
    try:
        name, answer = "result.json", VERBS[verb](Host(directory, *data))
    except Failed as failure:
        name, answer = "failure.json", {"code": failure.code, "message": str(failure)}
    except toml.Refused as refusal:
        name, answer = "failure.json", {"code": "ConfigUnreadable", "message": str(refusal)}
    except Exception as error:
        # Its own words may hold a value of a file, and what is printed here stays in a log.
        where = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{type(error).__name__} at line {where.lineno} of {Path(where.filename).name}"
        name, answer = "failure.json", {"code": "Unexpected", "message": f"the program for runners failed: {place}"}
    (Path(directory) / name).write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main()

"""What GitLab says of the runners that a host's config.toml has. Used by runner.py; reads only."""

import re

from gitlab_api import Failed

ATTRIBUTES = (
    "description tag_list run_untagged locked paused access_level maximum_timeout maintenance_note runner_type"
).split()
MANAGER = ("system_id", "version", "status", "job_execution_status", "contacted_at")
HEALTH = ("status", "job_execution_status", "version")


def id_of(section):
    """GitLab's number of a section's runner; None where there is none, or somebody wrote something else there."""
    number = section.get("id")
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def system_id(host):
    try:
        found = (host.folder / ".runner_system_id").read_text(encoding="utf-8").strip()
    except OSError:
        return None
    return found if re.fullmatch(r"[sr]_[0-9A-Za-z]{12}", found) else None


def asked(host, sections):
    """What GitLab says of each live section: attributes, `gone`, or why it says nothing."""
    gitlab, answer = host.gitlab, {"apiToken": host.gitlab.token_state(), "why": None, "runners": {}}
    try:
        gitlab.call("GET", "version", token=False)
        for section in sections:
            answer["runners"][section.get("name", "")] = told(host, section)
    except Failed as failure:
        answer["why"] = str(failure)
        if failure.code == "ApiTokenRefused" and not gitlab.where.get("apiTokenSecret"):
            answer["apiToken"] = "refused"
    return answer


def verified(host, section):
    """{valid, id}. With the manager's own system id, or GitLab would make a row for a manager that there isn't."""
    system = system_id(host)
    if system is None:
        return {"valid": None, "id": id_of(section)}
    code, said = host.gitlab.call("POST", "runners/verify", {"token": section["token"], "system_id": system}, token=False)
    if code == 200:
        return {"valid": True, "id": said.get("id")}
    return {"valid": False if code == 403 else None, "id": id_of(section)}


def told(host, section):
    checked = verified(host, section)
    known = {"id": checked["id"], "tokenValid": checked["valid"], "gone": False, "attributes": None, "health": None}
    if known["id"] is None or not host.gitlab.can_manage():
        return known
    code, said = host.gitlab.call("GET", f"runners/{int(known['id'])}")
    if code == 404:
        return {**known, "gone": True}
    if code == 200:
        known["attributes"] = {key: said.get(key) for key in ATTRIBUTES}
        known["health"] = {key: said.get(key) for key in HEALTH}
        if host.request.get("details"):
            known["details"] = details(host.gitlab, int(known["id"]), said)
    return known


def details(gitlab, runner, said):
    """What people ask for beside: when it was heard of, its running jobs, and its managers."""
    code, rows = gitlab.call("GET", f"runners/{runner}/managers")
    managers = [{key: one.get(key) for key in MANAGER} for one in rows] if code == 200 else None
    jobs = len(gitlab.every(f"runners/{runner}/jobs?status=running"))
    return {"online": said.get("online"), "contacted_at": said.get("contacted_at"), "jobs": jobs, "managers": managers}


def running(gitlab, runner):
    if runner is None or not gitlab.can_manage():
        return 0
    code, _ = gitlab.call("GET", f"runners/{int(runner)}")
    return 0 if code == 404 else len(gitlab.every(f"runners/{int(runner)}/jobs?status=running"))

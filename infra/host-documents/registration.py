"""Makes, changes and ends runners in GitLab, and writes their tokens down. Used by runner.py; under the host's lock."""

import datetime
import json
import secrets as randomness

import config_toml as toml
from gitlab_api import Failed
from told import id_of, told, verified


def marker(host, section):
    """Begins the description of a runner whose token isn't in config.toml yet."""
    return f"fleetkeeper {host.request['fleet']}/{section} being registered "


def sweep(host, section):
    """Ends runners that an earlier run registered and could not write down."""
    if not host.gitlab.can_manage():
        return 0
    begun = [one["scope"] for one in host.unfinished() if one["section"] == section]
    scope, used = (begun or [host.request["scope"]])[0], {id_of(one) for one in toml.sections(host.config())}
    where = {"group_type": f"groups/{scope.get('group_id')}/runners", "project_type": f"projects/{scope.get('project_id')}/runners"}
    path = where.get(scope["runner_type"], "runners/all")
    ended = 0
    for one in host.gitlab.every(f"{path}?type={scope['runner_type']}"):
        if str(one.get("description")).startswith(marker(host, section)) and one.get("id") not in used:
            host.gitlab.call("DELETE", f"runners/{int(one['id'])}")
            ended += 1
    return ended


def owned(said, host):
    """The runner's own keys, out of GitLab's answer."""
    at = datetime.datetime.fromtimestamp(host.gitlab.now, datetime.UTC).replace(microsecond=0)
    end = said.get("token_expires_at")
    return {
        "token": said["token"],
        "token_obtained_at": at,
        "token_expires_at": datetime.datetime.fromisoformat(end) if end else datetime.datetime(1, 1, 1, tzinfo=datetime.UTC),
    }


def register(host):
    request, gitlab, name = host.request, host.gitlab, host.request["section"]
    ended, live = sweep(host, name), host.section(name)
    intent = host.intent(name)
    known = told(host, live) if live and live.get("token") else None
    if known is not None and known["tokenValid"] and not known["gone"]:
        # An earlier run got this far, and its answer was lost.
        runner, written = known["id"], host.write([name])
    else:
        host.keep(intent, json.dumps({"section": name, "scope": request["scope"]}))
        said = renewed(host, live, name) or created(host, name)
        runner = said["id"]
        try:
            written = host.write([name], token={name: {"id": runner, **owned(said, host)}})
        except Exception:
            if "created" in said and id_of(host.section(name) or {}) != runner:
                gitlab.call("DELETE", "runners", {"token": said["token"]}, token=False)
            raise
    host.remember(name, runner)
    if gitlab.can_manage() and runner is not None:
        gitlab.expect("PUT", f"runners/{int(runner)}", request["attributes"])
    intent.unlink(missing_ok=True)
    return {"id": runner, "leftoversEnded": ended, **written}


def renewed(host, live, name):
    """A new token for the runner that GitLab still has of this section, whose own was lost or spoilt; None: there is none."""
    runner = id_of(live or {}) or host.ids().get(name)
    if runner is None or not host.gitlab.can_manage():
        return None
    code, said = host.gitlab.call("GET", f"runners/{int(runner)}")
    description = said.get("description") if code == 200 else None
    ours = description == host.request["attributes"].get("description") or str(description).startswith(marker(host, name))
    # A number alone proves nothing: GitLab may have been made anew.
    if code != 200 or not (ours or id_of(live or {}) == runner):
        return None
    return {"id": runner, **host.gitlab.expect("POST", f"runners/{int(runner)}/reset_authentication_token")}


def created(host, name):
    request, gitlab = host.request, host.gitlab
    body = request["attributes"]
    if gitlab.can_manage():
        body = {**body, "description": marker(host, name) + randomness.token_hex(6)}
    if request["flow"] == "registration-token":
        said = gitlab.expect("POST", "runners", {**body, "token": gitlab.registration_token()}, token=False)
    else:
        said = gitlab.expect("POST", "user/runners", {**request["scope"], **body})
    return {**said, "created": True}


def update(host):
    section = host.section(host.request["section"]) or {}
    runner = verified(host, section)["id"] if section.get("token") else id_of(section)
    if runner is None:
        raise Failed("NotRegistered", "the section has no runner that GitLab knows")
    host.gitlab.expect("PUT", f"runners/{int(runner)}", host.request["attributes"])
    return {"id": runner}


def unregister(host):
    name = host.request["section"]
    section, ended = host.found(name), sweep(host, name)
    # A section that somebody took out by hand leaves its runner in GitLab: its id was remembered.
    runner = id_of(section) if section is not None else host.ids().get(name)
    if runner is not None and host.gitlab.can_manage():
        code, _ = host.gitlab.call("DELETE", f"runners/{int(runner)}")
        if code == 403:
            raise Failed("GitLabForbids", "GitLab forbids to end the runner: the token lacks a scope or its user a role")
    elif section is not None:
        # 403: it has no such token any more.
        code, _ = host.gitlab.call("DELETE", "runners", {"token": section.get("token", "")}, token=False)
        code = 404 if code == 403 else code
    else:
        code = 404
    if code not in (204, 404):
        raise Failed("GitLabRefused", f"GitLab answered the end of a runner with {code}")
    written = host.write([], without=name if section is None else section.get("name", ""))
    host.remember(name, None)
    host.intent(name).unlink(missing_ok=True)
    host.rotation(name).unlink(missing_ok=True)
    return {"leftoversEnded": ended, **written}


def rotate(host):
    """`ask` leaves a note that the next run finds, `cancel` takes it away, `do` makes the new token that the note asks for."""
    name, phase = host.request["section"], host.request["phase"]
    note, section = host.rotation(name), host.section(name)
    if phase == "cancel":
        note.unlink(missing_ok=True)
        return {"asked": False}
    if section is None or not section.get("token"):
        raise Failed("NotRegistered", "the section has no runner whose token could be made anew")
    if phase == "ask":
        host.keep(note, json.dumps({"section": name, "token": host.digest(section["token"])}))
        return {"asked": True}
    if name not in host.rotating():
        # Done by an earlier run, or by the runner itself, meanwhile.
        note.unlink(missing_ok=True)
        return {"id": id_of(section), "rotated": False}
    if host.gitlab.can_manage() and id_of(section) is not None:
        said = host.gitlab.expect("POST", f"runners/{id_of(section)}/reset_authentication_token")
    else:
        token = {"token": section["token"]}
        said = host.gitlab.expect("POST", "runners/reset_authentication_token", token, token=False)
    written = host.write([name], token={name: owned(said, host)})
    note.unlink(missing_ok=True)
    return {"id": id_of(section), "rotated": True, **written}

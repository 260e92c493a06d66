"""Registers, reads, writes, quiets and ends runners on their manager's host. See docs/runners.md.

  runner.py VERB DIRECTORY
      DIRECTORY holds request.json, shape.json and, after it, result.json, or failure.json with {code, message}.

The runner's token goes from GitLab's answer into config.toml on the data volume (mode 0600), and nowhere else.
"""

import datetime
import hashlib
import hmac
import json
import os
import re
import secrets as randomness
import sys
import time
import tomllib
from pathlib import Path

import config_toml as toml
from gitlab_api import Failed, GitLab, container_of, parameter, run

LOADED = "gitlab_runner_configuration_loaded_total"
REFUSED = "gitlab_runner_configuration_loading_error_total"
ATTRIBUTES = (
    "description tag_list run_untagged locked paused access_level maximum_timeout maintenance_note runner_type"
).split()
HEALTH = ("status", "job_execution_status", "version")


class Host:
    def __init__(self, directory, data="/srv/fleetkeeper"):
        self.work = Path(directory)
        self.request = json.loads((self.work / "request.json").read_text(encoding="utf-8"))
        self.shape = json.loads((self.work / "shape.json").read_text(encoding="utf-8"))
        self.data = Path(data)
        self.folder = self.data / "runner"
        self.live = self.folder / "config.toml"
        self.intents = self.folder / ".fleetkeeper-registering"
        self.remembered = self.folder / ".fleetkeeper-runners.json"
        self.key = self.data / ".fleetkeeper-key.inner"
        self.gitlab = GitLab(self.request, self.data / ".fleetkeeper-api-token")

    # --- files

    def keep(self, path, text):
        """Whole or not at all, for root alone."""
        path.parent.mkdir(mode=0o700, exist_ok=True)
        next_one = path.with_name(f".{path.name}.fleetkeeper")
        next_one.unlink(missing_ok=True)
        with open(os.open(next_one, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(next_one, path)

    def text(self):
        try:
            return self.live.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def config(self):
        return toml.parse(self.live, missing_is_empty=True)

    def section(self, name):
        return next((one for one in toml.sections(self.config()) if one.get("name", "") == name), None)

    def ids(self):
        """Ids that GitLab gave, by section: what is known of a runner whose section was renamed or lost."""
        try:
            kept = json.loads(self.remembered.read_text(encoding="utf-8"))
            return {name: int(runner) for name, runner in kept.items()}
        except (OSError, ValueError, AttributeError, TypeError):
            return {}

    def intent(self, name):
        """The file that stands while a section's runner is being registered."""
        return self.intents / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.json"

    def unfinished(self):
        """Registrations that began and did not end: {section, scope}."""
        found = []
        for path in self.intents.glob("*.json"):
            try:
                kept = json.loads(path.read_text(encoding="utf-8"))
                found.append({"section": str(kept["section"]), "scope": dict(kept["scope"])})
            except (OSError, ValueError, KeyError, TypeError):
                continue
        return found

    def remember(self, name, runner):
        kept = {key: value for key, value in self.ids().items() if key != name}
        if runner is not None:
            kept[name] = runner
        if kept != self.ids():
            self.keep(self.remembered, json.dumps(kept, sort_keys=True))

    def digest(self, text):
        return hmac.new(self.key.read_bytes(), text.encode(), hashlib.sha256).hexdigest()[:32]

    def secrets(self):
        """The directory with the values of the template's secrets, fetched once."""
        folder = self.work / "secrets"
        for name in set(toml.SECRET.findall(self.request.get("template", ""))):
            if ".." in name.split("/") or name.startswith("/"):
                raise Failed("BadRequest", "a secret's name leaves the fleet's path")
            path = folder / name
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(parameter(self.request["secretPrefix"] + name), encoding="utf-8")
        return folder

    # --- the manager

    def metrics(self):
        """{version, loaded, errors}; None where the manager doesn't answer."""
        status, page = run(["curl", "-fsS", "--noproxy", "*", "--max-time", "5", "http://127.0.0.1:9252/metrics"])
        if status != 0:
            return None
        sums = dict.fromkeys((LOADED, REFUSED), 0)
        for name, value in re.findall(r"^(\w+)(?:\{.*\})? ([0-9.e+]+)$", page, re.M):
            if name in sums:
                sums[name] += int(float(value))
        version = re.search(r'^gitlab_runner_version_info\{.*\bversion="([0-9A-Za-z.~+-]*)"', page, re.M)
        return {"version": version and version.group(1), "loaded": sums[LOADED], "errors": sums[REFUSED]}

    def lint(self, candidate, version):
        """gitlab-runner's own judgement of the candidate, where the running version has it (19.3)."""
        number = re.match(r"(\d+)\.(\d+)", version or "")
        if number is None or (int(number[1]), int(number[2])) < (19, 3):
            return "none"
        container = container_of("gitlab-runner")
        if container is None:
            return "none"
        inside = f"/etc/gitlab-runner/{candidate.name}"
        status, _ = run(["docker", "exec", container, "gitlab-runner", "lint", "-c", inside])
        if status in (125, 126, 127):
            return "none"
        if status != 0:
            raise Failed("ConfigRefused", "gitlab-runner lint refuses the file; nothing was replaced, the host's log has the reason")
        return "passed"

    # --- config.toml

    def merged(self, parts, token=None, quiet=None, without=None):
        """What the live file should become. @param token the runner's own keys, by section"""
        request, live = self.request, toml.canonical(self.config(), self.shape)
        template = tomllib.loads(request.get("template", ""))
        wanted = {key: value for key, value in template.items() if key != "runners" and "" in parts}
        known = {one.get("name", ""): one for one in toml.sections(live)}
        chosen = [one for one in toml.sections(template) if one.get("name", "") in parts]
        exclusive = bool(request.get("exclusive"))
        ids = self.ids()
        result = toml.merge({**wanted, "runners": chosen}, live, self.shape, False, ids)
        if exclusive:
            # The parts named are owned whole; the others are not this command's.
            strict = toml.merge(template, live, self.shape, True, ids)
            sections = {one.get("name", ""): one for one in toml.sections(strict)}
            others = {} if "" in parts else {key: value for key, value in live.items() if key != "runners"}
            top = {key: value for key, value in strict.items() if key != "runners"} if "" in parts else others
            kept = [
                sections.get(one.get("name", ""), one) if one.get("name", "") in parts else one
                for one in toml.sections(result)
                if "" not in parts or one.get("name", "") in sections
            ]
            result = {**top, **({"runners": kept} if kept else {})}
        result = toml.with_secrets(result, self.secrets())
        runners = []
        for one in toml.sections(result):
            name = one.get("name", "")
            if name == without:
                continue
            one = {**one, **(token or {}).get(name, {})}
            # The runner refuses a section without a token.
            if one.get("token"):
                runners.append(quieted(one) if name == quiet else one)
            elif name in known:
                runners.append(one)
        result.pop("runners", None)
        return {**result, "runners": runners} if runners else result

    def write(self, parts, **changes):
        """{changed, lint, loaded}; `loaded` is null where no manager runs to say so."""
        for _ in range(4):
            before = self.text()
            wanted = self.merged(parts, **changes)
            if before is not None and wanted == self.config():
                return {"changed": False, "lint": "none", "loaded": None}
            if before is None and wanted == {}:
                return {"changed": False, "lint": "none", "loaded": None}
            candidate = self.folder / ".config.toml.fleetkeeper-candidate"
            self.keep(candidate, toml.written(wanted, self.shape))
            metrics = self.metrics()
            try:
                lint = self.lint(candidate, metrics and metrics["version"])
                # The runner writes this file too; whatever it wrote meanwhile is merged again.
                if self.text() != before:
                    continue
                self.replace(candidate, before)
            finally:
                candidate.unlink(missing_ok=True)
            return {"changed": True, "lint": lint, "loaded": self.applied(metrics, before)}
        raise Failed("Busy", "config.toml was written by somebody else again and again")

    def replace(self, candidate, before):
        """The runner reads the file again only if its time is newer."""
        at = time.time()
        if before is not None:
            at = max(at, self.live.stat().st_mtime + 1)
            self.keep(self.folder / "config.toml.previous", toml.written(without_tokens(tomllib.loads(before)), self.shape))
        os.utime(candidate, (at, at))
        os.replace(candidate, self.live)

    def applied(self, metrics, before):
        """Whether the manager says that it loaded the file; if it says that it couldn't, the file before comes back."""
        if metrics is None:
            return None
        for _ in range(20):
            now = self.metrics()
            if now is None:
                return None
            if now["loaded"] > metrics["loaded"] or now["loaded"] < metrics["loaded"]:
                return True
            if now["errors"] > metrics["errors"]:
                if before is not None:
                    candidate = self.folder / ".config.toml.fleetkeeper-candidate"
                    self.keep(candidate, before)
                    at = self.live.stat().st_mtime + 1
                    os.utime(candidate, (at, at))
                    os.replace(candidate, self.live)
                raise Failed("ConfigRefused", "the manager could not load the file; the one before is in place again")
            run(["sleep", "1"])
        return False


def without_tokens(config):
    return {
        **config,
        "runners": [{key: value for key, value in one.items() if key != "token"} for one in toml.sections(config)],
    }


def quieted(section):
    """A section that keeps no machine idle, so that the manager itself removes what it has."""
    if "machine" in section:
        idle = {"IdleCount": 0, "IdleTime": 0, "IdleCountMin": 0, "IdleScaleFactor": 0.0}
        machine = {key: value for key, value in section["machine"].items() if key != "autoscaling"}
        return {**section, "machine": {**machine, **idle}}
    if "autoscaler" in section:
        policy = [{"periods": ["* * * * *"], "idle_count": 0, "idle_time": "1s"}]
        return {**section, "autoscaler": {**section["autoscaler"], "policy": policy}}
    return section


# --- verbs


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
    result["pending"] = {name: left(host, name) for name in request.get("quiesced", [])}
    result["metrics"] = host.metrics()
    result["gitlab"] = asked(host, [one for one in sections if one.get("token")])
    return result


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
        return {"valid": None, "id": section.get("id")}
    code, said = host.gitlab.call("POST", "runners/verify", {"token": section["token"], "system_id": system}, token=False)
    if code == 200:
        return {"valid": True, "id": said.get("id")}
    return {"valid": False if code == 403 else None, "id": section.get("id")}


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
    return known


def marker(host, section):
    """Begins the description of a runner whose token isn't in config.toml yet."""
    return f"fleetkeeper {host.request['fleet']}/{section} being registered "


def sweep(host, section):
    """Ends runners that an earlier run registered and could not write down."""
    if not host.gitlab.can_manage():
        return 0
    begun = [one["scope"] for one in host.unfinished() if one["section"] == section]
    scope, used = (begun or [host.request["scope"]])[0], {one.get("id") for one in toml.sections(host.config())}
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
            if "created" in said and (host.section(name) or {}).get("id") != runner:
                gitlab.call("DELETE", "runners", {"token": said["token"]}, token=False)
            raise
    host.remember(name, runner)
    if gitlab.can_manage() and runner is not None:
        gitlab.expect("PUT", f"runners/{int(runner)}", request["attributes"])
    intent.unlink(missing_ok=True)
    return {"id": runner, "leftoversEnded": ended, **written}


def renewed(host, live, name):
    """A new token for the runner that GitLab still has of this section, whose own was lost or spoilt; None: there is none."""
    runner = (live or {}).get("id") or host.ids().get(name)
    if runner is None or not host.gitlab.can_manage():
        return None
    code, said = host.gitlab.call("GET", f"runners/{int(runner)}")
    description = said.get("description") if code == 200 else None
    ours = description == host.request["attributes"].get("description") or str(description).startswith(marker(host, name))
    # A number alone proves nothing: GitLab may have been made anew.
    if code != 200 or not (ours or (live or {}).get("id") == runner):
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
    runner = verified(host, section)["id"] if section.get("token") else section.get("id")
    if runner is None:
        raise Failed("NotRegistered", "the section has no runner that GitLab knows")
    host.gitlab.expect("PUT", f"runners/{int(runner)}", host.request["attributes"])
    return {"id": runner}


def unregister(host):
    name = host.request["section"]
    section, ended = host.section(name), sweep(host, name)
    if section is not None:
        runner = section.get("id")
        if runner is not None and host.gitlab.can_manage():
            code, _ = host.gitlab.call("DELETE", f"runners/{int(runner)}")
        else:
            code, _ = host.gitlab.call("DELETE", "runners", {"token": section.get("token", "")}, token=False)
        # 403 and 404: there is no such runner any more.
        if code not in (204, 403, 404):
            raise Failed("GitLabRefused", f"GitLab answered the end of a runner with {code}")
        if code == 403 and host.gitlab.can_manage() and runner is not None:
            raise Failed("GitLabForbids", "GitLab forbids to end the runner: the token lacks a scope or its user a role")
    written = host.write([], without=name)
    host.remember(name, None)
    host.intent(name).unlink(missing_ok=True)
    return {"leftoversEnded": ended, **written}


def rotate(host):
    name = host.request["section"]
    section = host.section(name)
    if section is None or section.get("id") is None:
        raise Failed("NotRegistered", "the section has no runner whose token could be made anew")
    said = host.gitlab.expect("POST", f"runners/{int(section['id'])}/reset_authentication_token")
    return {"id": section["id"], **host.write([name], token={name: owned(said, host)})}


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
    runner, gitlab = section.get("id"), host.gitlab
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
    return {"jobs": running(host.gitlab, section.get("id")), "machines": len(machines_of(host, section))}


def running(gitlab, runner):
    if runner is None or not gitlab.can_manage():
        return 0
    code, _ = gitlab.call("GET", f"runners/{int(runner)}")
    return 0 if code == 404 else len(gitlab.every(f"runners/{int(runner)}/jobs?status=running"))


def machines_of(host, section):
    """Machines by the prefix that gitlab-runner looks for (executors/docker/machine/name.go)."""
    name = section.get("machine", {}).get("MachineName")
    if not name:
        return []
    short = re.sub(r"^(?:glrt-)?(?:t\d_)?", "", section.get("token", ""))[:9].lower()
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
}


def main():
    verb, directory, *data = sys.argv[1:]
    try:
        name, answer = "result.json", VERBS[verb](Host(directory, *data))
    except Failed as failure:
        name, answer = "failure.json", {"code": failure.code, "message": str(failure)}
    except toml.Refused as refusal:
        name, answer = "failure.json", {"code": "ConfigUnreadable", "message": str(refusal)}
    (Path(directory) / name).write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main()

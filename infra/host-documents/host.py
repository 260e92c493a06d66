"""A runner manager's host as its documents work on it: files on the data volume, the manager, and config.toml.

Used by runner.py. See docs/runners.md.
"""

import hashlib
import hmac
import json
import os
import re
import time
import tomllib
from pathlib import Path

import config_toml as toml
from gitlab_api import Failed, GitLab, container_of, parameter, run

LOADED = "gitlab_runner_configuration_loaded_total"
REFUSED = "gitlab_runner_configuration_loading_error_total"


class Host:
    def __init__(self, directory, data="/srv/fleetkeeper"):
        self.work = Path(directory)
        self.request = json.loads((self.work / "request.json").read_text(encoding="utf-8"))
        self.shape = json.loads((self.work / "shape.json").read_text(encoding="utf-8"))
        self.data = Path(data)
        self.folder = self.data / "runner"
        self.live = self.folder / "config.toml"
        self.intents = self.folder / ".fleetkeeper-registering"
        self.rotations = self.folder / ".fleetkeeper-rotating"
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

    def found(self, name):
        """A section by its name, else by its id, for somebody may have renamed it."""
        runner = self.ids().get(name)
        by_id = (one for one in toml.sections(self.config()) if runner is not None and one.get("id") == runner)
        return self.section(name) or next(by_id, None)

    def intent(self, name):
        """The file that stands while a section's runner is being registered."""
        return self.intents / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.json"

    def rotation(self, name):
        """The file that stands while a section's token is to be made anew."""
        return self.rotations / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.json"

    def rotating(self):
        """Sections whose token was asked to be made anew, and still is the one that it was then."""
        live = {one.get("name", ""): one.get("token") for one in toml.sections(self.config())}
        found = []
        for path in self.rotations.glob("*.json"):
            try:
                kept = json.loads(path.read_text(encoding="utf-8"))
                token = live.get(kept["section"])
                if token and self.digest(token) == kept["token"]:
                    found.append(kept["section"])
            except (OSError, ValueError, KeyError, TypeError):
                continue
        return sorted(found)

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

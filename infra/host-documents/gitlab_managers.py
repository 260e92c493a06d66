"""What GitLab knows of a fleet's runner managers: their rows, and the machines that their running jobs' traces name.

Sources: GitLab REST API, "Runners" (managers of a runner, jobs of a runner, delete a runner manager), "Jobs" (job's log).
"""

import datetime
import re

import config_toml as toml
from gitlab_api import Failed, container_of, run
from told import system_id, verified

# The runner's first lines say "Running on ... via MACHINE" (gitlab-runner executors/docker/machine/machine.go).
BEGINNING = 65536
MACHINE = re.compile(r"(?<![A-Za-z0-9.-])[A-Za-z0-9][A-Za-z0-9.-]*-\d{9,12}-[0-9a-f]{8}[A-Za-z0-9.-]*")
JOBS = re.compile(r"^gitlab_runner_jobs(?:\{(.*)\})? ([0-9.e+]+)$", re.M)
SILENCE = 86_400
TRIES = 3


def short_token(token):
    """As it labels the manager's metrics (gitlab-runner helpers/shorten_token.go)."""
    return re.sub(r"^(?:glrt-(?:t\d_)?|t\d_|glrtr-)?(?:glcbt-)?(?:GR[0-9A-Fa-f]{7})?", "", token)[:9]


def runners_of(host):
    """Short token by runner's id, of live sections; and ids of sections that were here once, without one."""
    found = {int(known): None for known in host.ids().values()}
    for section in toml.sections(host.config()):
        if section.get("token"):
            known = section.get("id") or verified(host, section)["id"]
            if known is None:
                raise Failed("RunnerUnknown", "a section's runner can't be told, so neither can its jobs")
            found[int(known)] = short_token(section["token"])
    return found


def jobs_in_process():
    """How many jobs the manager runs, by short token: all there are, whatever GitLab lists. No manager runs none."""
    status, page = run(["curl", "-fsS", "--noproxy", "*", "--max-time", "5", "http://127.0.0.1:9252/metrics"])
    if status != 0:
        listed, _ = run(["docker", "version"])
        if listed == 0 and container_of("gitlab-runner") is None:
            return {}
        raise Failed("ManagerSilent", "the manager doesn't say how many jobs it runs")
    counts = {}
    for labels, value in JOBS.findall(page):
        label = re.search(r'(?:^|,)runner="([^"]*)"', labels)
        key = label[1] if label else ""
        counts[key] = counts.get(key, 0) + int(float(value))
    return counts


def witness(host):
    """{traced, rows}: null for what can't be asked for want of a token or its scope; without `traces`, nobody wants them."""
    gitlab = host.gitlab
    if not gitlab.can_manage():
        return {"traced": None, "rows": None}
    names = traced(host) if host.request.get("traces") else []
    return {"traced": names, "rows": [row for runner in runners_of(host) for row in rows_of(gitlab, runner)]}


def rows_of(gitlab, runner):
    code, said = gitlab.call("GET", f"runners/{runner}/managers")
    if code == 404:
        return []
    if code != 200 or not isinstance(said, list):
        raise Failed("GitLabForbids", f"GitLab doesn't tell of a runner's managers ({code})")
    return [
        {
            "runner": runner,
            "systemId": str(one["system_id"]),
            "createdAt": milliseconds(one["created_at"]),
            "contactedAt": milliseconds(one["contacted_at"]) if one.get("contacted_at") else None,
            "active": one.get("job_execution_status") != "idle",
        }
        for one in said
    ]


def milliseconds(text):
    return int(datetime.datetime.fromisoformat(text).timestamp() * 1000)


def traced(host):
    """Names in the traces of all jobs that the manager runs. A job that names no machine yet is so new that it can't be on one
    which has been off the disk for a grace period. GitLab lists no job that is being cancelled, but the manager counts it:
    where they don't agree they are asked again, and then nobody knows."""
    for _ in range(TRIES):
        counted, runners, listed, names = jobs_in_process(), runners_of(host), {}, set()
        for runner, short in runners.items():
            code, _ = host.gitlab.call("GET", f"runners/{runner}")
            jobs = [] if code == 404 else host.gitlab.every(f"runners/{runner}/jobs?status=running")
            for job in jobs:
                found = names_in(host.gitlab, job)
                if found is None:
                    return None
                names |= found
            listed[short] = listed.get(short, 0) + len(jobs)
        if all(listed.get(short, 0) >= count for short, count in counted.items()):
            return sorted(names)
        run(["sleep", "2"])
    raise Failed("JobsUncounted", "the manager runs more jobs than GitLab lists: one is being cancelled, or of a section that left")


def names_in(gitlab, job):
    """Machines that a job's trace names; None where the token may not read traces. An ended job's trace says nothing."""
    project = (job.get("project") or {}).get("id")
    if project is None:
        raise Failed("GitLabUnavailable", "GitLab doesn't tell a job's project")
    path = f"projects/{int(project)}/jobs/{int(job['id'])}/trace"
    code, text = gitlab.beginning(path, BEGINNING)
    if code == 404:
        return set()
    if code == 403 and "insufficient_scope" in text:
        return None
    if code not in (200, 206):
        raise Failed("GitLabForbids", f"GitLab doesn't show a running job's trace ({code})")
    return {name.rstrip(".-") for name in MACHINE.findall(re.sub(r"\x1b\[[0-9;]*[A-Za-z]", " ", text))}


def remove_rows(host):
    """{removed, gone, kept}, each row as `runner/system id`."""
    own, answer = system_id(host), {"removed": [], "gone": [], "kept": []}
    if own is None:
        raise Failed("NoSystemId", "the manager has no system id of its own, so it can't be told from others")
    tokens = {one.get("id"): one["token"] for one in toml.sections(host.config()) if one.get("token")}
    for asked in host.request["rows"]:
        runner, system = int(asked["runner"]), str(asked["systemId"])
        subject = f"{runner}/{system}"
        rows = {row["systemId"]: row for row in rows_of(host.gitlab, runner)}
        why = spared(rows, system, own, host.gitlab.now)
        if system not in rows:
            answer["gone"].append(subject)
        elif why is not None or runner not in tokens:
            answer["kept"].append({"name": subject, "why": why or "no-token"})
        else:
            body = {"token": tokens[runner], "system_id": system}
            code, _ = host.gitlab.call("DELETE", "runners/managers", body, token=False)
            if code not in (204, 404):
                raise Failed("GitLabForbids", f"GitLab answered the end of a manager's row with {code}")
            answer["removed" if code == 204 else "gone"].append(subject)
    return answer


def spared(rows, system, own, now):
    """Why a row stays: asked of GitLab right before."""
    row = rows.get(system)
    if row is None:
        return None
    if system == own:
        return "own"
    if own not in rows:
        return "own-row-missing"
    if row["active"]:
        return "active"
    last = max(row["createdAt"], row["contactedAt"] or 0) / 1000
    return "spoke" if now - last < SILENCE else None

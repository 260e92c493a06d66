"""GitLab's API as a host calls it. Tokens reach curl on its standard input: never a command line, a log or an answer."""

import datetime
import json
import re
import secrets as randomness
import subprocess

# read_api: running jobs' traces tell on which machines they are.
SCOPES = ("create_runner", "manage_runner", "read_api")
LIFETIME_DAYS = 60
RENEW_DAYS = 20


class Failed(Exception):
    """Why a document stops: a stable code, and a sentence that holds no value of another program's."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def run(command, given=None, timeout=120):
    """Exit status and output. What the program says beside goes to the document's log on the host."""
    try:
        done = subprocess.run(
            command, input=given, stdout=subprocess.PIPE, text=True, timeout=timeout, check=False
        )
    except FileNotFoundError:
        return 127, ""
    except subprocess.TimeoutExpired:
        return 124, ""
    return done.returncode, done.stdout


def container_of(service):
    """The id of a service's running container; None where it has none or Docker doesn't answer."""
    filters = [f"label=com.docker.compose.{key}" for key in ("project=fleetkeeper", f"service={service}")]
    status, listed = run(["docker", "ps", "--no-trunc", "--quiet", "--filter", filters[0], "--filter", filters[1]])
    return listed.split("\n")[0] or None if status == 0 else None


def parameter(name):
    """The value of a SecureString, read with the host's role."""
    status, value = run(
        ["aws", "ssm", "get-parameter", "--name", name, "--with-decryption", "--query", "Parameter.Value", "--output", "text"]
    )
    if status != 0:
        raise Failed("SecretUnavailable", f"the host could not read the secret {name}")
    return value.removesuffix("\n")


def quoted(text):
    """A value in curl's configuration file."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return f'"{escaped}"'


class GitLab:
    """@param request what was asked, with `gitlab` {url, own, apiTokenSecret, registrationTokenSecret}"""

    def __init__(self, request, token_file):
        self.where = request["gitlab"]
        self.fleet = request["fleet"]
        self.prefix = request["secretPrefix"]
        self.now = request["now"] / 1000
        self.file = token_file
        self._token = None

    def own_token(self):
        """What is kept of the token that we made: {value, expires}; None where there is none."""
        try:
            kept = json.loads(self.file.read_text(encoding="utf-8"))
            return kept if isinstance(kept.get("value"), str) and isinstance(kept.get("expires"), int) else None
        except (OSError, ValueError):
            return None

    def token_state(self):
        """`given`, `missing`, `expired`, `expiring` or `valid`."""
        if self.where.get("apiTokenSecret"):
            return "given"
        if not self.where["own"]:
            return "missing"
        kept = self.own_token()
        if kept is None:
            return "missing"
        left = kept["expires"] - self.now
        return "expired" if left <= 0 else "expiring" if left < RENEW_DAYS * 86400 else "valid"

    def token(self):
        if self._token is None:
            secret = self.where.get("apiTokenSecret")
            kept = None if secret else self.own_token()
            self._token = parameter(self.prefix + secret) if secret else kept["value"] if kept else ""
        if self._token == "":
            raise Failed("ApiTokenMissing", "there is no token for GitLab's API on this host")
        return self._token

    def can_manage(self):
        return self.token_state() in ("given", "valid", "expiring")

    def asking(self, method, path, token):
        """The command that asks, and its configuration so far."""
        own = self.where["own"]
        # Puma directly: what is in front of it may redirect, or end TLS for a name that only the outside resolves.
        base = "http://127.0.0.1:8080" if own else self.where["url"].rstrip("/")
        lines = [f"url = {quoted(base + '/api/v4/' + path)}", f"request = {quoted(method)}", "silent", "max-time = 60"]
        if token:
            lines.append(f"header = {quoted('PRIVATE-TOKEN: ' + self.token())}")
        command = ["curl", "--config", "-"]
        if own:
            container = container_of("gitlab")
            if container is None:
                raise Failed("GitLabUnreachable", "GitLab's container isn't running")
            command = ["docker", "exec", "-i", container, *command]
        return command, lines

    def beginning(self, path, most):
        """Status and the first bytes of a text that may be long: it is read no further."""
        command, lines = self.asking("GET", path, True)
        given = "\n".join([*lines, "include"]) + "\n"
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as asked:
            asked.stdin.write(given.encode())
            asked.stdin.close()
            answer = asked.stdout.read(most)
            asked.kill()
        head, _, body = answer.decode("utf-8", "replace").replace("\r\n", "\n").partition("\n\n")
        code = re.match(r"HTTP/[0-9.]+ (\d{3})", head)
        if code is None:
            raise Failed("GitLabUnreachable", f"GitLab doesn't answer GET {path}")
        if int(code[1]) >= 500 or int(code[1]) == 429:
            raise Failed("GitLabUnavailable", f"GitLab answered GET {path} with {code[1]}")
        return int(code[1]), body

    def call(self, method, path, body=None, token=True):
        """Status and answer. Raises Failed where GitLab doesn't answer, or refuses the token."""
        command, lines = self.asking(method, path, token)
        if body is not None:
            lines.append(f"header = {quoted('Content-Type: application/json')}")
            lines.append(f"data-binary = {quoted(json.dumps(body))}")
        lines.append(f"write-out = {quoted(chr(10) + '%{http_code}')}")
        status, output = run(command, "\n".join(lines) + "\n")
        text, _, code = output.rpartition("\n")
        if status != 0 or not re.fullmatch(r"[1-5]\d\d", code):
            raise Failed("GitLabUnreachable", f"GitLab doesn't answer {method} {path.split('?')[0]} (curl ended with {status})")
        return self.checked(method, path.split("?")[0], int(code), text, token)

    def checked(self, method, path, code, text, token):
        if code >= 500 or code == 429:
            raise Failed("GitLabUnavailable", f"GitLab answered {method} {path} with {code}")
        if token and code == 401:
            raise Failed("ApiTokenRefused", "GitLab refuses the API token: it was revoked, or is over")
        try:
            answer = json.loads(text) if text else None
        except ValueError:
            raise Failed("GitLabUnavailable", f"GitLab's answer to {method} {path} isn't JSON") from None
        return code, answer

    def expect(self, method, path, body=None, token=True):
        code, answer = self.call(method, path, body, token)
        if 200 <= code < 300:
            return answer
        if code == 404:
            raise Failed("NotFound", f"GitLab knows no {path}")
        if code == 403:
            raise Failed("GitLabForbids", f"GitLab forbids {method} {path}: the token lacks a scope or its user a role")
        if code == 410:
            raise Failed("RegistrationTokensOff", "this GitLab takes no registration tokens: use the authentication-token flow")
        said = answer.get("message") if isinstance(answer, dict) else None
        fields = f" ({', '.join(sorted(said))})" if isinstance(said, dict) else ""
        raise Failed("GitLabRefused", f"GitLab refused {method} {path} with {code}{fields}")

    def every(self, path):
        """All items of a listing, page by page."""
        size, number, items = 100, 1, []
        while True:
            joint = "&" if "?" in path else "?"
            answer = self.expect("GET", f"{path}{joint}per_page={size}&page={number}")
            if not isinstance(answer, list):
                raise Failed("GitLabUnavailable", f"GitLab's listing {path.split('?')[0]} isn't a list")
            items.extend(answer)
            if len(answer) < size:
                return items
            number += 1

    def registration_token(self):
        secret = self.where.get("registrationTokenSecret")
        if not secret:
            raise Failed("RegistrationTokenMissing", "the file names no registrationTokenSecret, which this flow needs")
        return parameter(self.prefix + secret)

    def make_token(self, keep):
        """A token of a service account, made by gitlab-rails with a value of ours. `keep` writes a file of mode 0600."""
        container = container_of("gitlab")
        if container is None:
            raise Failed("GitLabUnreachable", "GitLab's container isn't running")
        value = f"glpat-{randomness.token_hex(16)}"
        end = datetime.datetime.fromtimestamp(self.now, datetime.UTC).date() + datetime.timedelta(days=LIFETIME_DAYS)
        status, _ = run(["docker", "exec", "-i", container, "gitlab-rails", "runner", "-"], rails(self.fleet, value, end), 600)
        if status != 0:
            raise Failed("ApiTokenNotMade", f"gitlab-rails ended with {status}")
        expires = int(datetime.datetime.combine(end, datetime.time(), datetime.UTC).timestamp())
        keep(self.file, json.dumps({"value": value, "expires": expires}))
        self._token = value
        return expires


def rails(fleet, value, end):
    """Source: GitLab docs, "Personal access tokens", creating one with the Rails console."""
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,30}", fleet):
        raise Failed("BadRequest", "not a fleet's name")
    scopes = ", ".join(f"'{scope}'" for scope in SCOPES)
    return f"""
name = 'fleetkeeper-{fleet}'
user = User.find_by(username: name)
if user.nil?
  user = User.new(username: name, name: name, email: name + '@noreply.localhost', user_type: :service_account)
  user.password = user.password_confirmation = SecureRandom.alphanumeric(64)
  user.assign_personal_namespace(Organizations::Organization.first) if user.respond_to?(:assign_personal_namespace)
  user.skip_confirmation!
end
user.admin = true
user.save!
token = user.personal_access_tokens.build(name: name, scopes: [{scopes}], expires_at: Date.parse('{end}'))
token.set_token('{value}')
token.save!
user.personal_access_tokens.where(name: name).where.not(id: token.id).find_each(&:revoke!)
"""

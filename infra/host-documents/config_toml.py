#!/usr/bin/python3.11
"""Reads and merges the runner's config.toml on the host, so that no secret and no token leaves it.

  config_toml.py read  --shape SHAPE --key KEY [--secrets DIRECTORY] LIVE
      prints LIVE as TOML in one layout, every value that may be secret as a keyed digest. With secrets, LIVE is a template:
      they are put in first, so that its digests are those that a live file in order has.
  config_toml.py merge --shape SHAPE --secrets DIRECTORY [--exclusive] [--ids IDS] TEMPLATE LIVE
      prints what LIVE should be: TEMPLATE's values over LIVE's, with secrets put in, for a file of mode 0600.

SHAPE is JSON made from the reconciler's key list (shared/resources/runner/host-shape.ts): by key "plain", "number", "secret",
"options", or a table's own shape. KEY is a file with the digests' key; DIRECTORY holds a file for each secret, by name with
slashes. IDS is JSON, runner ids by section name. A missing LIVE is an empty one. Exits 0, or 1 with one line on stderr, which
never holds a value.
"""

import argparse
import datetime
import hashlib
import hmac
import json
import re
import sys
import tomllib
from pathlib import Path

OWNED = ("id", "token", "token_obtained_at", "token_expires_at")
SECRET = re.compile(r"@@fleetkeeper-secret:([A-Za-z0-9_./-]+)@@")
OPTION_PLAIN = re.compile(r"(?:amazonec2|engine)-")
OPTION_SECRET = re.compile(
    r"(?:amazonec2-(?:access-key|secret-key|session-token|endpoint)"
    r"|engine-env|engine-opt|engine-registry-mirror)(?:=|$)"
)
# Credentials where none belong: in an address, or a token of GitLab's anywhere.
CREDENTIAL = re.compile(r"://[^/\s@]+@|(?<![0-9A-Za-z])gl[a-z]{2,6}-[0-9A-Za-z_-]{12,}")
BARE = re.compile(r"[A-Za-z0-9_-]+")


class Refused(Exception):
    """What stops the program, as a sentence without any value of the file."""


def parse(path, missing_is_empty=False):
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        if missing_is_empty:
            return {}
        raise Refused(f"{path} doesn't exist") from None
    except UnicodeDecodeError:
        raise Refused(f"{path} isn't UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at [^)]*\)", str(error))
        raise Refused(f"{path} isn't TOML {place.group() if place else ''}".strip()) from None


def entry(shape, key):
    """A key's right spelling and what the shape says of it; the runner takes keys in any case."""
    if key in shape:
        return key, shape[key]
    for name, value in shape.items():
        if name.lower() == key.lower():
            return name, value
    return key, None


def canonical(table, shape):
    """The table with known keys in GitLab's spelling."""
    result = {}
    for key, value in table.items():
        name, inner = entry(shape, key)
        if isinstance(inner, dict) and isinstance(value, dict):
            value = canonical(value, inner)
        elif isinstance(inner, dict) and isinstance(value, list):
            value = [canonical(item, inner) if isinstance(item, dict) else item for item in value]
        result[name] = value
    return result


# --- read


def digest(value, secret):
    """A mark for one value; type and value both count, so 1 and 1.0 differ."""
    text = f"{type(value).__name__}:{value}"
    return f"@@fleetkeeper-digest:{hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()[:32]}@@"


def hidden(value, secret):
    if isinstance(value, dict):
        return {key: hidden(inner, secret) for key, inner in value.items()}
    if isinstance(value, list):
        return [hidden(item, secret) for item in value]
    return digest(value, secret)


def disclosed(value, secret):
    """A value whose key is known to hold no secret, but for what looks like one."""
    if isinstance(value, list):
        return [disclosed(item, secret) for item in value]
    if isinstance(value, dict):
        return {key: disclosed(item, secret) for key, item in value.items()}
    return hidden(value, secret) if isinstance(value, str) and CREDENTIAL.search(value) else value


def option(value, secret):
    plain = isinstance(value, str) and OPTION_PLAIN.match(value) and not OPTION_SECRET.match(value)
    if plain and not CREDENTIAL.search(value):
        return value
    key, equals, rest = str(value).partition("=")
    return f"{key}={digest(rest, secret)}" if equals else digest(value, secret)


def redacted(table, shape, secret):
    result = {}
    for key, value in table.items():
        _, kind = entry(shape, key)
        if kind == "plain":
            result[key] = disclosed(value, secret)
        elif kind == "number" and not any(isinstance(one, str) for one in (value if isinstance(value, list) else [value])):
            result[key] = value
        elif kind == "options" and isinstance(value, list):
            result[key] = [option(item, secret) for item in value]
        elif isinstance(kind, dict) and isinstance(value, dict):
            result[key] = redacted(value, kind, secret)
        elif isinstance(kind, dict) and isinstance(value, list):
            result[key] = [
                redacted(item, kind, secret) if isinstance(item, dict) else hidden(item, secret) for item in value
            ]
        else:
            result[key] = hidden(value, secret)
    return result


# --- merge


def healed(wanted, live, shape, exclusive):
    """Declared values over live ones; tables whose keys are the runner's are merged, others replaced whole."""
    result = {} if exclusive else dict(live)
    for key, value in wanted.items():
        _, kind = entry(shape, key)
        before = live.get(key)
        if isinstance(kind, dict) and isinstance(value, dict) and isinstance(before, dict):
            value = healed(value, before, kind, exclusive)
        result[key] = value
    return result


def sections(config):
    return [item for item in config.get("runners", []) if isinstance(item, dict)]


def pair(wanted, live, ids):
    """The live section of each declared one, by name, else by id; and the live ones that are left."""
    taken = {}
    for by_id in (False, True):
        for index, section in enumerate(wanted):
            if index in taken:
                continue
            for place, candidate in enumerate(live):
                if place in taken.values():
                    continue
                same = (
                    candidate.get("id") == ids.get(section.get("name"), object())
                    if by_id
                    else candidate.get("name", "") == section.get("name", "")
                )
                if same:
                    taken[index] = place
                    break
    pairs = [(section, live[taken[index]] if index in taken else None) for index, section in enumerate(wanted)]
    return pairs, [section for place, section in enumerate(live) if place not in taken.values()]


def merge(template, live, shape, exclusive, ids):
    live = canonical(live, shape)
    section_shape = shape["runners"]
    pairs, others = pair(sections(template), sections(live), ids)
    merged = []
    for section, before in pairs:
        if before is None:
            merged.append(section)
            continue
        owned = {key: before[key] for key in OWNED if key in before}
        merged.append({**healed(section, before, section_shape, exclusive), **owned})
    if not exclusive:
        merged.extend(others)

    def top(config):
        return {key: value for key, value in config.items() if key != "runners"}

    result = healed(top(template), top(live), shape, exclusive)
    if merged:
        result["runners"] = merged
    return result


def with_secrets(value, directory):
    if isinstance(value, dict):
        return {key: with_secrets(inner, directory) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_secrets(item, directory) for item in value]
    if not isinstance(value, str):
        return value

    def look_up(match):
        name = match.group(1)
        if ".." in name.split("/") or name.startswith("/"):
            raise Refused("a secret's name leaves its directory")
        try:
            return (Path(directory) / name).read_text(encoding="utf-8")
        except OSError:
            raise Refused(f"secret {name} is missing") from None

    return SECRET.sub(look_up, value)


# --- write


def text(value):
    quoted = json.dumps(value, ensure_ascii=False)
    return re.sub("[\x7f-\x9f]", lambda match: f"\\u{ord(match.group()):04x}", quoted)


def scalar(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return text(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, list):
        return "[" + ", ".join(scalar(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name(key)} = {scalar(inner)}" for key, inner in value.items()) + "}"
    return str(value)


def name(key):
    return key if BARE.fullmatch(key) else text(key)


def rank(shape):
    order = {key: place for place, key in enumerate(shape)} if isinstance(shape, dict) else {}
    return lambda key: (order.get(entry(shape, key)[0] if order else key, len(order)), key)


def lines(table, shape, prefix=""):
    keys = sorted(table, key=rank(shape))
    tables = [key for key in keys if isinstance(table[key], dict)]
    lists = [
        key
        for key in keys
        if isinstance(table[key], list) and table[key] and all(isinstance(item, dict) for item in table[key])
    ]
    for key in keys:
        if key not in tables and key not in lists:
            yield f"{name(key)} = {scalar(table[key])}"
    for key in keys:
        _, inner = entry(shape, key) if isinstance(shape, dict) else (key, None)
        if key in tables:
            yield from ("", f"[{prefix}{name(key)}]")
            yield from lines(table[key], inner, f"{prefix}{name(key)}.")
        elif key in lists:
            for item in table[key]:
                yield from ("", f"[[{prefix}{name(key)}]]")
                yield from lines(item, inner, f"{prefix}{name(key)}.")


def written(config, shape):
    result = "\n".join(lines(config, shape)).lstrip("\n") + "\n"
    if tomllib.loads(result) != config:
        raise Refused("what was written doesn't read back as what was meant")
    return result


def main():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    verbs = parser.add_subparsers(dest="verb", required=True)
    read = verbs.add_parser("read")
    read.add_argument("--key", required=True)
    read.add_argument("--secrets")
    join = verbs.add_parser("merge")
    join.add_argument("--secrets", required=True)
    join.add_argument("--exclusive", action="store_true")
    join.add_argument("--ids")
    join.add_argument("template")
    for verb in (read, join):
        verb.add_argument("--shape", required=True)
        verb.add_argument("live")
    given = parser.parse_args()
    shape = json.loads(Path(given.shape).read_text(encoding="utf-8"))
    live = parse(given.live, missing_is_empty=True)
    if given.verb == "read":
        known = live if given.secrets is None else with_secrets(live, given.secrets)
        result = redacted(known, shape, Path(given.key).read_bytes())
    else:
        ids = json.loads(Path(given.ids).read_text(encoding="utf-8")) if given.ids else {}
        merged = merge(parse(given.template), live, shape, given.exclusive, ids)
        result = with_secrets(merged, given.secrets)
    sys.stdout.write(written(result, shape))


if __name__ == "__main__":
    try:
        main()
    except Refused as refusal:
        print(f"config-toml: {refusal}", file=sys.stderr)
        sys.exit(1)

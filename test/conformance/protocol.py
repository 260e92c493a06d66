"""Reads answers of the sandbox as botocore's own parsers do and says what they find: lines of JSON in (protocol, shapes, given,
answer), lines of JSON out."""

import base64
import datetime
import json
import sys

from botocore.awsrequest import HeadersDict
from botocore.model import OperationModel, ServiceModel
from botocore.parsers import create_parser

NAMES = {"json_1_0": "json"}


def plain(value):
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if key != "ResponseMetadata"}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    if hasattr(value, "read"):
        value = value.read()
    if isinstance(value, bytes):
        return value.decode("utf8", "replace")
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    return value


for line in sys.stdin:
    asked = json.loads(line)
    model = ServiceModel({"metadata": asked["metadata"], "shapes": asked["shapes"], "operations": {}})
    if asked["protocol"] == "query" and "output" in asked["given"]:
        # The service models say so; the fixtures leave it to whoever runs them.
        asked["given"]["output"]["resultWrapper"] = asked["given"]["name"] + "Result"
    operation = OperationModel(asked["given"], model)
    answer = asked["answer"]
    try:
        found = plain(
            create_parser(NAMES.get(asked["protocol"], asked["protocol"])).parse(
                {
                    "status_code": answer["status"],
                    "headers": HeadersDict(answer["headers"]),
                    "body": base64.b64decode(answer["body"]),
                },
                operation.output_shape,
            )
        )
    except Exception as error:  # a parser that can't read it is a finding, not a crash
        found = {"unreadable": f"{type(error).__name__}: {error}"}
    print(json.dumps({"id": asked["id"], "found": found}))

"""Calls the handler of cattle-ops' terminate_runners.py once, as its Lambda would be.

Usage: cattle-ops.py FOLDER MANAGER REGION. What it prints goes to stderr; stdout gets {"seconds": s} of the handler alone.
"""

import contextlib
import json
import sys
import time

folder, manager, region = sys.argv[1:]
sys.path.insert(0, folder)
import terminate_runners  # noqa: E402

before = time.monotonic()
with contextlib.redirect_stdout(sys.stderr):
    terminate_runners.handler({"region": region, "detail": {"EC2InstanceId": manager}}, None)
print(json.dumps({"seconds": time.monotonic() - before}))

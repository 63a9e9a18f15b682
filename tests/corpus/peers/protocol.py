"""How an adapter talks to the runner: a line of JSON in, a line of JSON out."""

import json
import sys


def serve(answer):
    """Answers every question. What `answer` raises is what a server would answer 500 to."""
    for line in sys.stdin:
        try:
            result = answer(json.loads(line))
        except Exception as exc:
            result = refused(500, exc)
        print(json.dumps(result), flush=True)


def refused(status, reason):
    return {"accepted": False, "status": status, "reason": repr(reason)[:200]}

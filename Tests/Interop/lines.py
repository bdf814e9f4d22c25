"""Requests and answers, a line of JSON each, for the drivers written in Python."""

import base64
import json
import sys


class Unsupported(Exception):
    """Something that the peer does not do, found by asking the peer."""


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def in_form(request, member, text):
    """The message, if it is general where that was asked for."""
    if request["form"] == "general" and member not in json.loads(text):
        raise Unsupported(f"it writes no {member} for one")
    return text


def serve(operations, unsupported):
    """Answers with `ok`, or with `unsupported` for errors of those types, or with `error`."""
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"ok": operations[request["op"]](request)}
        except Exception as error:
            kind = "unsupported" if isinstance(error, (Unsupported, *unsupported)) else "error"
            answer = {kind: f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)

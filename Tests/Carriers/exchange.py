"""Sixty messages each way over each carrier, which is killed once on the way; exactly once each?

exchange.py PROGRAM [CARRIER...]
"""

import os
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback

from carriers import CARRIERS
from people import Person

BURSTS = 6
MESSAGES = 60
# The carriers' own pace is a matter of seconds; whoever is not done by then never will be.
PATIENCE = 300


def exchange(kind, program, work, seed):
    """Lets one carrier carry; yields what went wrong, a line each."""
    alice, bob = (Person(name, work, program, seed) for name in ("alice", "bob"))
    cards = [person.make_keys() for person in (alice, bob)]
    alice.knows(bob, cards[1])
    bob.knows(alice, cards[0])
    alice.valise("post", "init", "-q", str(alice.post))
    bob.post.mkdir()
    carrier = kind(alice, bob, work)
    try:
        carrier.start()
        carrier.wait_for(bob.post / "post.json")
        bob.valise("post", "join", "-q", str(bob.post))
        end = time.monotonic() + PATIENCE
        write(alice, bob, carrier)
        while not (alice.is_at_rest() and bob.is_at_rest()) and time.monotonic() < end:
            for person in (alice, bob):
                person.sync()
            carrier.check()
            time.sleep(0.2)
    finally:
        carrier.stop()
    yield from alice.problems(bob)
    yield from bob.problems(alice)


def write(alice, bob, carrier):
    each = MESSAGES // BURSTS
    for burst in range(BURSTS):
        # The largest ones are under way when the carrier is killed.
        numbers = range(MESSAGES - (burst + 1) * each, MESSAGES - burst * each)
        for person, other in ((alice, bob), (bob, alice)):
            person.write(other, numbers)
            person.sync()
        if burst == BURSTS // 2 - 1:
            carrier.interrupt()


def main():
    program, *names = sys.argv[1:]
    if unknown := [name for name in names if name not in CARRIERS]:
        sys.exit(f"there is no carrier {unknown[0]}; there are {' '.join(CARRIERS)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    seed = os.environ.get("VALISE_CARRIER_SEED") or str(random.randrange(1 << 32))
    failed = False
    for name in names or CARRIERS:
        if missing := [tool for tool in CARRIERS[name].tools if not shutil.which(tool)]:
            print(f"{name}: skipped, {' and '.join(missing)} not installed", flush=True)
            continue
        start = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="valise-carrier-") as work:
            try:
                problems = list(exchange(CARRIERS[name], program, pathlib.Path(work), seed))
            except Exception:
                problems = [traceback.format_exc()]
        took = f"{time.monotonic() - start:.1f} s"
        for problem in problems[:20]:
            print(f"{name}: {problem}", flush=True)
        if problems:
            failed = True
            print(f"{name}: FAILED after {took}, VALISE_CARRIER_SEED={seed}", flush=True)
        else:
            print(f"{name}: {MESSAGES} messages each way, once each, in {took}", flush=True)
    sys.exit(failed)


main()

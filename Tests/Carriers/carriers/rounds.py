"""Carriers that carry in rounds, a command each time; between rounds nothing runs."""

import pathlib
import time

from processes import kill, start, wait_for

EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "examples"


class Carrier:
    """Something that brings two copies of a post together."""

    # The programs that it needs.
    tools = ()

    def __init__(self, alice, bob, work):
        self.alice = alice
        self.bob = bob
        self.work = work
        self.log = open(work / "carrier.log", "ab")

    def said(self):
        return (self.work / "carrier.log").read_text(errors="replace")[-4000:]

    def wait_for(self, path):
        wait_for(path.exists, f"{path.name}; the carrier said:\n{self.said()}")


class Rounds(Carrier):
    """Runs a script of the shell again and again, beside everything else.

    Its statuses are of no account while it is killed at times: only what becomes of the post is.
    """

    # What prepares it, once.
    preparation = ":"
    # One round.
    script = ":"

    def prepare(self):
        """What it needs beside the scripts."""

    def variables(self):
        """What the scripts see of the world."""
        return dict(
            self.alice.environment, A=str(self.alice.post), B=str(self.bob.post),
            WORK=str(self.work), CARRY=str(EXAMPLES / "carry.sh"))

    def start(self):
        self.prepare()
        first = self._run(f"set -e; {self.preparation}")
        if first.wait() != 0:
            raise RuntimeError(f"the carrier was not prepared:\n{self.said()}")
        self._go_on()

    def _run(self, script):
        return start("bash", "-c", script, log=self.log, cwd=self.work, env=self.variables())

    def _go_on(self):
        self.process = self._run(f"while :; do (set -e; {self.script}); sleep 0.3; done")

    def interrupt(self):
        # Long enough for a round to have begun, not so long that it has ended.
        time.sleep(0.15)
        kill(self.process)
        self._go_on()

    def check(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the carrier ended by itself:\n{self.said()}")

    def stop(self):
        if hasattr(self, "process"):
            kill(self.process)
        self.log.close()

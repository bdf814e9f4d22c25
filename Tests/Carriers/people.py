"""Two people who write to each other, and what each of them should end up with."""

import hashlib
import json
import os
import pathlib
import random

from processes import run

# Sizes of attachments, in the order of the messages that carry them: nothing, one byte, a page and its
# neighbours, one part of the post and a byte more, and several parts.
ATTACHMENTS = [0, 1, 4_095, 4_096, 4_097, 100_000, 1 << 20, 8 << 20, (8 << 20) + 1, 20 << 20]


class Person:
    """Somebody with a keyring, a mailbox, and a copy of the post."""

    def __init__(self, name, work, program, seed):
        self.name = name
        self.program = program
        self.home = work / f"home-{name}"
        self.post = work / f"post-{name}"
        self.files = work / f"files-{name}"
        self.random = random.Random(f"{seed} {name}")
        self.sent = {}
        for folder in (self.home, self.files):
            folder.mkdir()
        self.environment = dict(
            os.environ, VALISE_HOME=str(self.home / "keyring"), HOME=str(self.home),
            LC_ALL="C.UTF-8")
        for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
            self.environment.pop(name, None)

    def valise(self, *words, allowed=(0,)):
        return run(self.program, *words, cwd=self.files, env=self.environment, allowed=allowed)

    def json(self, *words, allowed=(0,)):
        return json.loads(self.valise(*words, "--json", allowed=allowed))

    def make_keys(self):
        self.valise("key", "generate", "-q", "--name", self.name, "--no-passphrase")
        return self.valise("key", "export")

    def knows(self, other, card):
        path = self.home / "card"
        path.write_bytes(card)
        self.valise("contact", "add", "-q", other.name, str(path))

    def _text(self, number):
        letters = "valise VALISE äßø 語 \U0001f4e8\n\t\\\"{}"
        filler = "".join(self.random.choice(letters) for _ in range(self.random.randrange(2_000)))
        return f"{self.name} {number}: {filler}."

    def write(self, other, numbers):
        """Queues a burst: what has no attachment in one batch, the others one by one."""
        batch = []
        for number in numbers:
            subject, body = f"{self.name} {number}", self._text(number)
            attached = None
            # Every sixth message, sixty in all.
            if number % 6 == 5:
                path = self.files / f"{subject}.bin"
                content = self.random.randbytes(ATTACHMENTS[number // 6])
                path.write_bytes(content)
                attached = hashlib.sha256(content).hexdigest()
                self.valise(
                    "send", "-q", "-t", other.name, "-s", subject, "-a", str(path), "--", body)
            else:
                batch.append({"to": [other.name], "subject": subject, "body": body})
            self.sent[subject] = (body, attached)
        path = self.files / "batch"
        path.write_text("".join(json.dumps(message) + "\n" for message in batch))
        self.valise("send", "-q", "--batch", str(path))

    def sync(self):
        self.valise("sync", "-q")

    def is_at_rest(self):
        """Whether nothing waits: neither here, nor in this copy of the post."""
        if any(True for _ in self.leftovers()):
            return False
        status = self.json("post", "status")["posts"][0]
        return status["unposted"] == status["unacknowledged"] == 0 and not status["pending"]

    def leftovers(self):
        """What the post holds beside post.json and what begins with a dot."""
        for folder in ("messages", "boxes", "parts", "tmp"):
            for path in (self.post / folder).rglob("*"):
                names = path.relative_to(self.post).parts
                if path.is_file() and not any(name.startswith(".") for name in names):
                    yield path.relative_to(self.post)

    def problems(self, other):
        """What is not as it should be once all is at rest."""
        yield from self._inbox_problems(other)
        for entry in self.json("sent", "--all"):
            if any(delivery["acknowledged"] is None for delivery in entry["deliveries"]):
                yield f"{entry['message']['subject']} is not acknowledged"
        status = self.json("post", "status")["posts"][0]
        for member in ("gaps", "refused", "quarantined", "overdue"):
            if status[member]:
                yield f"{self.name}: {member}: {status[member]}"
        checked = self.json("post", "check", str(self.post), allowed=(0, 65))
        for finding in checked["findings"]:
            if finding["problem"] != "conflict_copy":
                yield f"{self.name}: {'/'.join(finding['path'])}: {finding['problem']}"
        for path in self.leftovers():
            yield f"{self.name}: {path} is left over"

    def _inbox_problems(self, other):
        inbox = self.json("inbox", "--all")
        subjects = sorted(entry["subject"] for entry in inbox)
        if subjects != sorted(other.sent):
            yield f"{self.name}: {len(subjects)} messages, not the {len(other.sent)} that were sent"
            return
        for entry in inbox:
            body, attached = other.sent[entry["subject"]]
            message = self.json("read", entry["id"])
            if (message["body"], message["from"]) != (body, other.name):
                yield f"{self.name}: {entry['subject']} reads otherwise"
            if self._saved_digest(message) != attached:
                yield f"{self.name}: what was attached to {entry['subject']} is not the same"

    def _saved_digest(self, message):
        if not message["attachments"]:
            return None
        folder = self.home / "saved"
        folder.mkdir(exist_ok=True)
        saved = self.json("save", message["id"], "-o", str(folder))
        content = pathlib.Path(saved[0]["file"]).read_bytes()
        return hashlib.sha256(content).hexdigest()

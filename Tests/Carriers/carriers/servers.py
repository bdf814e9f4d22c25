"""Carriers by way of a server on this machine, which both of them reach on their own."""

import os
import pathlib
import secrets

from carriers.rounds import Rounds
from processes import free_port, kill, listens, run, start, wait_for


class Server(Rounds):
    """A server between two people, each of whom runs one command in turns."""

    def prepare(self):
        self.hub = self.work / "hub"
        self.hub.mkdir()
        self.port = free_port()
        self.serve()

    def serve(self):
        self.server = start(*self.command(), log=self.log, cwd=self.work, env=self.variables())
        wait_for(lambda: listens(self.port), f"the server; it said:\n{self.said()}")

    def interrupt(self):
        super().interrupt()
        kill(self.server)
        self.serve()

    def stop(self):
        if hasattr(self, "server"):
            kill(self.server)
        super().stop()


class SSH(Server):
    """rsync over a daemon of ssh with keys of its own."""

    tools = ("rsync", "ssh", "ssh-keygen", "/usr/sbin/sshd")
    script = """
        "$CARRY" rsync "$A" "127.0.0.1:$WORK/hub" memory-alice
        "$CARRY" rsync "$B" "127.0.0.1:$WORK/hub" memory-bob
    """

    def command(self):
        return "/usr/sbin/sshd", "-D", "-e", "-f", str(self.work / "sshd_config")

    def prepare(self):
        for name in ("host", "user"):
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.work / name))
        # Where privileges are separated, the daemon wants this directory.
        if os.geteuid() == 0:
            pathlib.Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        super().prepare()

    def serve(self):
        work = self.work
        (work / "sshd_config").write_text(
            f"ListenAddress 127.0.0.1\nPort {self.port}\nHostKey {work}/host\n"
            f"AuthorizedKeysFile {work}/user.pub\nPidFile none\nStrictModes no\n"
            "PasswordAuthentication no\nUsePAM no\nPermitRootLogin prohibit-password\n")
        host = " ".join((work / "host.pub").read_text().split()[:2])
        (work / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {host}\n")
        super().serve()

    def variables(self):
        shell = (
            f"ssh -F none -p {self.port} -i {self.work}/user -o IdentitiesOnly=yes -o BatchMode=yes"
            f" -o UserKnownHostsFile={self.work}/known_hosts")
        return dict(super().variables(), RSYNC_RSH=shell)


class Rclone(Server):
    """A server of rclone's, and rclone as its client."""

    tools = ("rclone",)
    script = """
        "$CARRY" rclone "$A" hub: memory-alice
        "$CARRY" rclone "$B" hub: memory-bob
    """
    password = None

    def variables(self):
        self.password = self.password or secrets.token_urlsafe(16)
        return dict(
            super().variables(), RCLONE_CONFIG=str(self.work / "rclone.conf"),
            RCLONE_USER="valise", RCLONE_PASS=self.password)

    def serve(self):
        obscured = run("rclone", "obscure", self.password_text()).decode().strip()
        (self.work / "rclone.conf").write_text(
            f"[hub]\nuser = valise\npass = {obscured}\n{self.remote()}\n")
        super().serve()

    def password_text(self):
        return self.variables()["RCLONE_PASS"]


class WebDAV(Rclone):
    def command(self):
        return "rclone", "serve", "webdav", "--addr", f"127.0.0.1:{self.port}", str(self.hub)

    def remote(self):
        return f"type = webdav\nvendor = other\nurl = http://127.0.0.1:{self.port}"


class SFTP(Rclone):
    tools = ("rclone", "ssh-keygen")

    def command(self):
        return (
            "rclone", "serve", "sftp", "--addr", f"127.0.0.1:{self.port}", "--key",
            str(self.work / "host"), str(self.hub))

    def prepare(self):
        run("ssh-keygen", "-q", "-t", "rsa", "-m", "PEM", "-N", "", "-f", str(self.work / "host"))
        super().prepare()

    def remote(self):
        host = " ".join((self.work / "host.pub").read_text().split()[:2])
        known = self.work / "known_hosts"
        known.write_text(f"[127.0.0.1]:{self.port} {host}\n")
        return (
            f"type = sftp\nhost = 127.0.0.1\nport = {self.port}\nknown_hosts_file = {known}\n"
            "shell_type = none\ndisable_hashcheck = true")

"""Two nodes of Syncthing that know nobody but each other."""

import time
import xml.etree.ElementTree as XML

from carriers.rounds import Carrier
from processes import free_port, kill, run, start

# Off: whatever would talk to others than the two.
OPTIONS = {
    "globalAnnounceEnabled": "false",
    "localAnnounceEnabled": "false",
    "relaysEnabled": "false",
    "natEnabled": "false",
    "crashReportingEnabled": "false",
    "startBrowser": "false",
    "urAccepted": "-1",
    "autoUpgradeIntervalH": "0",
    "reconnectionIntervalS": "1",
    "setLowPriority": "false",
}


class Node:
    """One device: a directory of its own with its keys, and the folder that it shares."""

    def __init__(self, person, work, log):
        self.folder = person.post
        self.home = work / f"syncthing-{person.name}"
        self.log = log
        self.port = free_port()
        self.environment = dict(person.environment, STNOUPGRADE="1", STNODEFAULTFOLDER="1")
        run("syncthing", "generate", f"--home={self.home}", env=self.environment)
        words = ("syncthing", f"--home={self.home}", "--device-id")
        self.device = run(*words, env=self.environment).decode().strip()

    def configure(self, other):
        path = self.home / "config.xml"
        tree = XML.parse(path)
        root = tree.getroot()
        options = root.find("options")
        for name in ("listenAddress", *OPTIONS):
            for old in options.findall(name):
                options.remove(old)
        for name, value in OPTIONS.items():
            XML.SubElement(options, name).text = value
        XML.SubElement(options, "listenAddress").text = f"tcp://127.0.0.1:{self.port}"
        root.find("gui/address").text = f"127.0.0.1:{free_port()}"
        for folder in root.findall("folder"):
            root.remove(folder)
        folder = XML.SubElement(
            root, "folder", id="post", path=str(self.folder), type="sendreceive",
            rescanIntervalS="5", fsWatcherEnabled="true", fsWatcherDelayS="1")
        for node in (self, other):
            XML.SubElement(folder, "device", id=node.device)
        device = XML.SubElement(root, "device", id=other.device, name="other")
        XML.SubElement(device, "address").text = f"tcp://127.0.0.1:{other.port}"
        tree.write(path)

    def start(self):
        self.process = start(
            "syncthing", "serve", f"--home={self.home}", "--no-browser", "--no-restart",
            log=self.log, env=self.environment)


class Syncthing(Carrier):
    tools = ("syncthing",)

    def start(self):
        self.nodes = [Node(person, self.work, self.log) for person in (self.alice, self.bob)]
        for node, other in (self.nodes, self.nodes[::-1]):
            node.configure(other)
        for node in self.nodes:
            node.start()

    def interrupt(self):
        time.sleep(1)
        for node in self.nodes:
            kill(node.process)
            node.start()

    def check(self):
        if any(node.process.poll() is not None for node in self.nodes):
            raise RuntimeError(f"Syncthing ended by itself:\n{self.said()}")

    def stop(self):
        for node in getattr(self, "nodes", []):
            if hasattr(node, "process"):
                kill(node.process)
        self.log.close()

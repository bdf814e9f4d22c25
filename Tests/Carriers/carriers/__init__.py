"""The carriers by their names, the quick ones first."""

from carriers.folders import Rsync, Stick
from carriers.git import Git
from carriers.servers import SFTP, SSH, WebDAV
from carriers.syncthing import Syncthing

CARRIERS = {
    "rsync": Rsync,
    "git": Git,
    "stick": Stick,
    "ssh": SSH,
    "webdav": WebDAV,
    "sftp": SFTP,
    "syncthing": Syncthing,
}

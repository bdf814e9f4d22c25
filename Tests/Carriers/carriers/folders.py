"""Carriers between directories of one machine: a mounted share, a stick."""

from carriers.rounds import Rounds


class Rsync(Rounds):
    """One directory and the other, both at hand at once."""

    tools = ("rsync",)
    script = '"$CARRY" rsync "$A" "$B" "$WORK/memory"'


class Stick(Rounds):
    """An archive on a stick that each of them plugs in by turns."""

    tools = ("rsync", "tar")
    preparation = "mkdir stick && mkdir tree && tar -C tree -cf stick/post.tar . && rmdir tree"
    # The memory follows the archive: what it says is on the stick must be there.
    script = """
        visit() {
          rm -rf tree && mkdir tree && tar -C tree -xf stick/post.tar
          if test -e "$2"; then cp "$2" memory.next; else rm -f memory.next; fi
          "$CARRY" rsync "$1" tree memory.next
          tar -C tree -cf stick/post.tar.new .
          mv stick/post.tar.new stick/post.tar
          mv memory.next "$2"
        }
        visit "$A" memory-alice
        visit "$B" memory-bob
    """

"""The post as a working tree of git, with a repository between."""

from carriers.rounds import Rounds


class Git(Rounds):
    tools = ("git",)
    preparation = """
        git init -q --bare -b post hub.git
        for copy in "$A" "$B"; do
          git -C "$copy" init -q -b post
          git -C "$copy" remote add origin "$WORK/hub.git"
          git -C "$copy" config user.name carrier
          git -C "$copy" config user.email carrier@example.org
          printf '/tmp/\\n.*\\n' >"$copy/.git/info/exclude"
        done
        # Sealed bytes have nothing in common, so git need not look for it, on either end.
        for copy in "$A" "$B" hub.git; do
          git -C "$copy" config core.compression 0
          git -C "$copy" config pack.window 0
        done
    """
    # Whoever was killed leaves locks; nobody else uses these clones.
    script = """
        carry() {
          cd "$1"
          find .git -name '*.lock' -delete
          git add -A
          git diff --cached --quiet || git commit -qm post
          git fetch -q
          ! git rev-parse -q --verify origin/post >/dev/null ||
            git merge -q --no-edit -X theirs -X no-renames --allow-unrelated-histories origin/post
          git rev-parse -q --verify HEAD >/dev/null || return 0
          git push -q origin HEAD:post
        }
        (carry "$A")
        (carry "$B")
    """

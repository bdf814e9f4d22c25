#!/bin/sh
# Carries a post between a directory here and one elsewhere, once, both ways:
#
#   carry.sh rsync HERE [HOST:]THERE MEMORY
#   carry.sh rclone HERE REMOTE:THERE MEMORY
#
# A plain copy both ways would bring back what was deleted on one side. MEMORY is a file, kept between
# runs, that names what both sides had the last time: what is missing on one side and stands in it was
# deleted there; what does not is new on the other. One run at a time may use it.
set -eu
usage="usage: carry.sh rsync|rclone HERE THERE MEMORY"
tool=${1:?$usage} here=${2:?$usage} there=${3:?$usage} memory=${4:?$usage}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# Lines of size and path. Names with a dot in front are the carriers' own, tmp is the writers'.
list() {
  case $tool in
  rsync)
    rsync -r --no-human-readable --list-only --exclude='.*' --exclude=/tmp/ "$1/" >"$work/raw"
    sed -nE 's/^-[^ ]+ +([0-9]+) [^ ]+ [^ ]+ /\1 /p' "$work/raw"
    ;;
  rclone)
    rclone lsf -R --files-only --format sp --separator ' ' \
      --exclude '.*' --exclude '.*/**' --exclude '/tmp/**' "$1"
    ;;
  *)
    echo "$usage" >&2
    return 64
    ;;
  esac
}

# change FROM TO NEW GONE: copies the files that NEW names and deletes those that GONE names.
change() {
  test -s "$3" || test -s "$4" || return 0
  case $tool in
  rsync)
    # What vanished since it was listed was deleted, and is deleted on the other side too.
    cat "$3" "$4" >"$work/files"
    rsync --files-from="$work/files" --delete-missing-args "$1/" "$2/"
    ;;
  rclone)
    rclone copy --quiet --ignore-times --files-from-raw "$3" "$1" "$2"
    test ! -s "$4" || rclone delete --quiet --files-from-raw "$4" "$2"
    ;;
  esac
}

: >>"$memory"
list "$here" >"$work/here"
list "$there" >"$work/there"
for name in both push pull gone-here gone-there; do : >"$work/$name"; done

# Files never change: of two sizes the smaller is a copy that was not finished.
awk -v work="$work" '
  { line = $0; sub(/^[0-9]+ /, "", line) }
  FILENAME == ARGV[1] { known[$0] = 1; isKnown = 1; next }
  FILENAME == ARGV[2] { here[line] = $1; all[line] = 1; next }
  { there[line] = $1; all[line] = 1 }
  function put(list, path) { print path > (work "/" list) }
  END {
    h = "post.json" in here; t = "post.json" in there
    if (isKnown ? !(h && t) : !(h || t)) exit 1
    for (path in all) {
      h = path in here; t = path in there
      if (h && t && here[path] == there[path]) put("both", path)
      else if (h && t) put(here[path] + 0 > there[path] + 0 ? "push" : "pull", path)
      else if (path in known) put(h ? "gone-there" : "gone-here", path)
      else put(h ? "push" : "pull", path)
    }
  }' "$memory" "$work/here" "$work/there" || {
  echo "carry.sh: $here or $there: there is no post; nothing was changed" >&2
  exit 1
}

change "$here" "$there" "$work/push" "$work/gone-here"
change "$there" "$here" "$work/pull" "$work/gone-there"
cat "$work/both" "$work/push" "$work/pull" >"$memory.new"
mv "$memory.new" "$memory"

#!/bin/sh
# Seals a real file for a group of three people with three kinds of key, signed, opens it as each of them, and sends it
# through a folder.
set -eu
valise=$(realpath "${1:?usage: demo.sh PATH-OF-VALISE}")
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
cd "$work"

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
run() { printf '$ valise %s\n' "$*"; "$valise" "$@"; }
as() { export VALISE_HOME="$work/$1"; }

say "Three people make their own keys: RSA, P-256 and X25519"
for person in "alice RSA-3072" "bob P-256" "carol X25519"; do
  set -- $person
  as "$1"
  run key generate --name "$1" --type "$2" --no-passphrase
  "$valise" key export >"$1.jwks"
done

say "Alice collects the cards of the others, and calls them a team"
as alice
run contact add bob bob.jwks
run contact add carol carol.jwks
run group add @team alice bob carol

say "She seals the documentation for the team, and signs it"
tar -czf docs.tar.gz -C "$here" docs README.md LICENSE
run encrypt -s -r @team -o docs.tar.gz.jwe docs.tar.gz
run inspect docs.tar.gz.jwe

say "Each of them opens it, if it is from her"
for person in alice bob carol; do
  as "$person"
  test "$person" = alice || "$valise" contact add --quiet alice alice.jwks
  run decrypt --from alice -o "$person.tar.gz" docs.tar.gz.jwe
  cmp docs.tar.gz "$person.tar.gz" && echo "$person reads the same $(wc -c <"$person.tar.gz") bytes"
done

say "Dave, who is not among them, does not; and one changed character is noticed"
as dave
run key generate --name dave --no-passphrase
run decrypt -o dave.tar.gz docs.tar.gz.jwe || echo "(exit $?)"
as carol
sed 's/"tag":"./"tag":"-/' docs.tar.gz.jwe >changed.jwe
run decrypt -o changed.tar.gz changed.jwe || echo "(exit $?)"
test ! -e dave.tar.gz && test ! -e changed.tar.gz

say "Carol leaves: the file is sealed anew for those who stay"
as alice
run recipients remove -r carol --sign docs.tar.gz.jwe
as carol
run decrypt -o late.tar.gz docs.tar.gz.jwe || echo "(exit $?)"
test ! -e late.tar.gz

say "Messages through a folder: Alice makes a post in it, and Bob takes part"
as alice
run post init post
as bob
run post join post

say "She writes to him, with the documentation attached; it goes out with the next sync"
as alice
run send -t bob -s 'The documentation' -a docs.tar.gz 'Please read it until nine.'
run sync
find post -name "*.jwe"

say "He collects it, reads it, and saves what came with it"
as bob
run sync
message=$("$valise" inbox | cut -c 1-8)
run read "$message"
mkdir saved
run save "$message" -o saved
cmp docs.tar.gz saved/docs.tar.gz && echo "bob has the same $(wc -c <saved/docs.tar.gz) bytes"

say "She knows, by his signature, and takes it out of the post"
as alice
run sync
run sent

say "Done"

#!/bin/sh
# Seals a real file for a group of three people with three kinds of key, signed, and opens it as each of them.
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

say "Done"

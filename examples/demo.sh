#!/bin/sh
# Seals a real file for three people with three kinds of key, and opens it as each of them.
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

say "Alice collects the public keys of the others"
as alice
run contact add bob bob.jwks
run contact add carol carol.jwks

say "She seals the documentation for the three of them"
tar -czf docs.tar.gz -C "$here" docs README.md LICENSE
run encrypt -r bob -r carol -r me -o docs.tar.gz.jwe docs.tar.gz
run inspect docs.tar.gz.jwe

say "Each of them opens it"
for person in alice bob carol; do
  as "$person"
  run decrypt -o "$person.tar.gz" docs.tar.gz.jwe
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

say "Done"

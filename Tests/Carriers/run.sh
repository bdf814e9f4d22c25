#!/bin/sh
# Lets real carriers carry a post between two people: run.sh PROGRAM [CARRIER...]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "${1:?usage: run.sh PROGRAM [CARRIER...]}")
shift
export PYTHONDONTWRITEBYTECODE=1
exec python3 "$here/exchange.py" "$program" "$@"

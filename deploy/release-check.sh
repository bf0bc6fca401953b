#!/usr/bin/env bash
# Makes the release twice, from two clones of the last commit in different places and each compiled from nothing, and
# compares the bytes.
#
#   deploy/release-check.sh [ARCHITECTURE…]
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
for place in one another/place; do
  git clone --quiet . "$work/$place"
  (cd "$work/$place" && GOCACHE="$work/$place.cache" deploy/release.sh dist "$@" >&2)
done
(cd "$work/one/dist" && sha256sum -- *) >"$work/first"
(cd "$work/another/place/dist" && sha256sum -- *) >"$work/second"
if ! diff "$work/first" "$work/second"; then
  echo "release-check: the same commit gave other bytes" >&2
  exit 1
fi
cat "$work/first"

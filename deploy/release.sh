#!/usr/bin/env bash
# Makes a release in a folder: for each architecture the program alone, with its manual in an archive, as a Debian package,
# and what it was made of. The same commit gives the same bytes on every machine with the same Go and C compilers.
#
#   deploy/release.sh [FOLDER [ARCHITECTURE…]]      dist, amd64 and arm64
#   QUICK=1 deploy/release.sh FOLDER                a package for this machine alone, not as it is released
#
# Needed besides Go: gcc for this machine, gcc-aarch64-linux-gnu (or gcc-x86-64-linux-gnu) for the other.
set -euo pipefail
cd "$(dirname "$0")/.."
dist=${1:-dist}
architectures=("${@:2}")
[ ${#architectures[@]} -gt 0 ] || architectures=(amd64 arm64)
[ -z "${QUICK:-}" ] || architectures=("$(go env GOHOSTARCH)")
NFPM=${NFPM:-go run github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2}
export TZ=UTC LC_ALL=C SOURCE_DATE_EPOCH
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
umask 022
[ -n "${QUICK:-}" ] || [ -z "$(git status --porcelain)" ] || { echo "release: commit first: a release is of a commit" >&2; exit 1; }

# The version is the tag of the commit, or, without one, sorts before every release.
commit=$(git rev-parse HEAD)
date=$(date --utc --date="@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)
if tag=$(git describe --exact-match --tags --match 'v*' 2>/dev/null); then
  version=${tag#v}
else
  version=0.0.0-$(date --utc --date="@$SOURCE_DATE_EPOCH" +%Y%m%d%H%M%S).${commit:0:12}
fi
stamp="-X main.releaseVersion=$version -X main.releaseCommit=$commit -X main.releaseDate=$date"

# The tags make the program one file that needs nothing of the system it runs on, and the flags make its bytes those of the
# commit alone.
build() { # architecture, file
  local cc=gcc
  if [ -n "${QUICK:-}" ]; then # for the test of the package: what go has compiled for other tests
    go build -trimpath -ldflags "$stamp" -o "$2" ./cmd/autoholdings
    return
  fi
  if [ "$(go env GOHOSTARCH)" != "$1" ]; then
    case $1 in
      amd64) cc=x86_64-linux-gnu-gcc ;;
      arm64) cc=aarch64-linux-gnu-gcc ;;
      *) echo "release: no compiler is known for $1" >&2; return 1 ;;
    esac
  fi
  command -v "$cc" >/dev/null || { echo "release: $cc is not there: apt-get install gcc-aarch64-linux-gnu, or name other architectures" >&2; return 1; }
  GOFLAGS='' GOOS=linux GOARCH=$1 CGO_ENABLED=1 CC=$cc go build -trimpath -buildvcs=false \
    -tags netgo,osusergo,sqlite_omit_load_extension -ldflags "$stamp -s -w -buildid= -linkmode external -extldflags '-static'" \
    -o "$2" ./cmd/autoholdings
}

rm -rf "$dist"
mkdir -p "$dist"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What the program prints of itself is the same on all architectures: it is printed by one that runs here.
host=$work/host
build "$(go env GOHOSTARCH)" "$host"

for ARCH in "${architectures[@]}"; do
  STAGE=$work/$ARCH
  DEB_VERSION=${version/-/\~}
  DEB_VERSION=${DEB_VERSION//-/.}
  export ARCH STAGE DEB_VERSION
  mkdir "$STAGE"
  if [ "$ARCH" = "$(go env GOHOSTARCH)" ]; then cp "$host" "$STAGE/autoholdings"; else build "$ARCH" "$STAGE/autoholdings"; fi
  "$host" reference man >"$STAGE/autoholdings.1"
  "$host" config example | sed '0,/^#data-dir = .*/s||data-dir = "/var/lib/autoholdings"|' >"$STAGE/autoholdings.toml"
  "$host" completion bash >"$STAGE/autoholdings.bash"
  "$host" completion zsh >"$STAGE/_autoholdings"
  "$host" completion fish >"$STAGE/autoholdings.fish"
  gzip -9n <"$STAGE/autoholdings.1" >"$STAGE/autoholdings.1.gz"
  gzip -9n <CHANGELOG.md >"$STAGE/changelog.gz"
  cat NOTICE LICENSE >"$STAGE/copyright"
  cp deploy/package/autoholdings.service "$STAGE"
  touch --date="@$SOURCE_DATE_EPOCH" "$STAGE"/*

  name=autoholdings_${version}_linux_$ARCH
  archive=$work/$name
  mkdir "$archive"
  cp "$STAGE/autoholdings" "$STAGE/autoholdings.1" "$STAGE/autoholdings.bash" "$STAGE/_autoholdings" "$STAGE/autoholdings.fish" "$archive"
  cp deploy/package/autoholdings.service LICENSE NOTICE README.md CHANGELOG.md "$archive"
  "$host" config example >"$archive/autoholdings.toml"
  tar --create --directory "$work" --sort=name --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --mtime="@$SOURCE_DATE_EPOCH" \
    --format=ustar "$name" | gzip -9n >"$dist/$name.tar.gz"
  $NFPM package --config deploy/package/nfpm.yaml --packager deb --target "$dist/autoholdings_${DEB_VERSION}_$ARCH.deb" >&2
  [ -n "${QUICK:-}" ] || go run ./internal/release -o "$dist/$name.cdx.json" sbom "$STAGE/autoholdings" "$version" "$commit" "$date"
done
[ -z "${QUICK:-}" ] || exit 0
(cd "$dist" && sha256sum -- *.tar.gz *.deb *.json >SHA256SUMS)
ls -l "$dist"

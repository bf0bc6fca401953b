#!/usr/bin/env bash
# Installs the Debian package in a root of its own, starts what its unit starts, uses it, upgrades, purges and installs it
# again. The root is this machine's, seen through a layer that is thrown away: nothing is left on the machine. It takes root.
#
#   deploy/package/test.sh [PACKAGE.deb]      makes a package of this tree where none is given
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ "${1:-}" != inside ]; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "package-test: it takes root, for a root of its own: sudo make package-test" >&2
    exit 1
  fi
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  if [ -n "${1:-}" ]; then cp "$1" "$work/"; else QUICK=1 deploy/release.sh "$work/dist" >/dev/null; mv "$work"/dist/*.deb "$work/"; fi
  install --mode=755 "$0" "$work/test.sh"
  # The layer is in memory, and goes with the processes that see it.
  env -i PATH="$PATH" LANG=C.UTF-8 unshare --mount --pid --net --fork bash -euc '
    ip link set lo up 2>/dev/null || true
    mount -t tmpfs tmpfs /mnt
    mkdir /mnt/upper /mnt/work /mnt/root
    mount -t overlay overlay -o "lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work" /mnt/root
    mount -t proc proc /mnt/root/proc
    mount --rbind /dev /mnt/root/dev
    mkdir -p /mnt/root/opt/package && cp "$1"/*.deb "$1"/test.sh /mnt/root/opt/package
    chroot /mnt/root /opt/package/test.sh inside' bash "$work"
  if dpkg -s autoholdings >/dev/null 2>&1; then echo "package-test: the package is left on this machine" >&2; exit 1; fi
  exit 0
fi

# From here on it is the root that is thrown away.
cd /
package=$(echo /opt/package/*.deb)
config=/etc/autoholdings/autoholdings.toml
data=/var/lib/autoholdings
export DEBIAN_FRONTEND=noninteractive

step() { echo "package-test: $*"; }
fail() { echo "package-test: FAILED: $*" >&2; exit 1; }
as() { setpriv --reuid=autoholdings --regid=autoholdings --clear-groups env HOME="$data" "$@"; }
knows() { autoholdings help "$1" >/dev/null 2>&1; }

# listens: whether something answers on a port of this machine.
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
wait_for() { # what, command…
  local what=$1; shift
  for _ in $(seq 300); do "$@" && return; sleep 0.1; done
  fail "$what did not happen within 30 seconds"
}
ready() { curl --silent --fail --output /dev/null http://127.0.0.1:8080/readyz; }
ask() { curl --silent --fail-with-body http://127.0.0.1:8080/graphql --header 'content-type: application/graphql' --data "$1"; }
succeeded() { ask '{ jobs(first: 1) { nodes { state } } }' | grep -q SUCCEEDED; }

start() { # what the unit starts, as whom it says
  local line
  line=$(sed -n 's/^ExecStart=//p' /lib/systemd/system/autoholdings.service)
  [ "$(sed -n 's/^User=//p' /lib/systemd/system/autoholdings.service)" = autoholdings ] || fail "the unit's user is another"
  # shellcheck disable=SC2086 # the unit's words
  (cd "$data" && umask 077 && exec setpriv --reuid=autoholdings --regid=autoholdings --clear-groups --no-new-privs $line) >>/tmp/server.log 2>&1 &
  server=$!
  wait_for "the server's start" ready
}
stop() {
  kill -TERM "$server"
  wait "$server" || fail "the server ended with status $?: $(tail -3 /tmp/server.log)"
}
holdings() { as autoholdings export --config "$config" --collection "$collection"; }

trap 'code=$?; [ $code -eq 0 ] || { tail -20 /tmp/server.log 2>/dev/null; echo "package-test: FAILED with status $code" >&2; }; kill $(jobs -p) 2>/dev/null || true' EXIT

step "install"
dpkg --install "$package" >/tmp/dpkg.log 2>&1 || fail "$(cat /tmp/dpkg.log)"
[ "$(stat -c '%U:%G %a' "$data")" = 'autoholdings:autoholdings 700' ] || fail "the data directory: $(stat -c '%U:%G %a' "$data")"
[ "$(stat -c '%U:%G %a' "$config")" = 'root:autoholdings 640' ] || fail "the configuration: $(stat -c '%U:%G %a' "$config")"
autoholdings version | grep -q '^commit' || fail "version"
for file in man/man1/autoholdings.1.gz bash-completion/completions/autoholdings zsh/vendor-completions/_autoholdings \
  fish/vendor_completions.d/autoholdings.fish doc/autoholdings/copyright doc/autoholdings/changelog.gz; do
  [ -s "/usr/share/$file" ] || { case $file in man/*|doc/*) grep -rqs path-exclude /etc/dpkg/dpkg.cfg.d && continue ;; esac; fail "/usr/share/$file is missing"; }
done
bash -n /usr/share/bash-completion/completions/autoholdings
if command -v zsh >/dev/null; then zsh -n /usr/share/zsh/vendor-completions/_autoholdings; fi
if command -v fish >/dev/null; then fish --no-execute /usr/share/fish/vendor_completions.d/autoholdings.fish; fi
if command -v man >/dev/null && [ -e /usr/share/man/man1/autoholdings.1.gz ]; then
  warned=$(LC_ALL=C.UTF-8 MANROFFSEQ='' man --warnings -E UTF-8 -l -Tutf8 -Z /usr/share/man/man1/autoholdings.1.gz 2>&1 >/dev/null || true)
  [ -z "$warned" ] || fail "the manual page: $warned"
fi
dpkg-query --showformat='${Conffiles}' --show autoholdings | grep -q "$config" || fail "the configuration is no configuration to dpkg"

step "the unit"
if command -v systemd-analyze >/dev/null; then
  said=$(systemd-analyze verify --man=no /lib/systemd/system/autoholdings.service 2>&1 | grep autoholdings || true)
  [ -z "$said" ] || fail "systemd-analyze verify: $said"
else
  [ -z "${CI:-}" ] || fail "systemd-analyze is not there"
fi
status=0; as autoholdings config check --config "$config" 2>/tmp/check || status=$?
[ $status -eq 2 ] && grep -q -- '--oup-url' /tmp/check || fail "the configuration as installed: $status $(cat /tmp/check)"

step "start what the unit starts"
as autoholdings mockoup --titles 300 >/dev/null 2>&1 &
mock=$!
wait_for "the mock's start" listens 8081
sed -i 's|^#oup-url = .*|oup-url = "http://127.0.0.1:8081"|; s|^#oup-allow-insecure = .*|oup-allow-insecure = true|' "$config"
as autoholdings config check --config "$config" >/dev/null
start
ask 'mutation { activateCollection(input: {communityZoneId: "61563711870000041", activationType: MANUAL}) { userErrors { message } } }' >/dev/null
ask 'mutation { createProfile(input: {description: "OUP", customerNumber: "demo", apiKey: "demo-key", active: true, runNow: true}) { job { id } userErrors { message } } }' >/dev/null
wait_for "the first sync" succeeded
collection=$(ask '{ collections { nodes { id } } }' | sed 's/.*"id":"\([^"]*\)".*/\1/')
holdings >/tmp/before
[ "$(wc -l </tmp/before)" -gt 50 ] || fail "only $(wc -l </tmp/before) lines of holdings"
[ -z "$(find "$data" -perm /077 -not -type d)" ] || fail "others can read $(find "$data" -perm /077 -not -type d)"

step "a demo beside it"
as autoholdings demo --once --titles 100 >/tmp/demo 2>&1 || fail "the demo: $(cat /tmp/demo)"

if knows backup; then
  step "back up while it runs"
  as autoholdings backup --config "$config" /tmp/backup.autoholdings || fail "the backup"
fi
if knows doctor; then
  step "doctor"
  as autoholdings doctor --config "$config" >/tmp/doctor 2>&1 || fail "the doctor: $(cat /tmp/doctor)"
fi
stop

step "upgrade"
rm -rf /tmp/next && dpkg-deb --raw-extract "$package" /tmp/next
sed -i 's/^Version: \(.*\)$/Version: \1+next/' /tmp/next/DEBIAN/control
dpkg-deb -Zgzip -z1 --build --root-owner-group /tmp/next /tmp/next.deb >/dev/null
cp "$config" /tmp/config.before
dpkg --install /tmp/next.deb >/tmp/dpkg.log 2>&1 || fail "$(cat /tmp/dpkg.log)"
dpkg -s autoholdings | grep -q '^Version: .*+next' || fail "it was not upgraded"
cmp "$config" /tmp/config.before || fail "the upgrade changed the configuration"
[ "$(stat -c '%U:%G %a' "$config")" = 'root:autoholdings 640' ] || fail "the configuration after the upgrade: $(stat -c '%U:%G %a' "$config")"
start
holdings | cmp - /tmp/before || fail "the upgrade changed the holdings"
stop

step "remove, purge"
dpkg --remove autoholdings >/tmp/dpkg.log 2>&1 || fail "$(cat /tmp/dpkg.log)"
[ -e "$config" ] || fail "removing took the configuration"
dpkg --purge autoholdings >/tmp/dpkg.log 2>&1 || fail "$(cat /tmp/dpkg.log)"
grep -q "The holdings are left in $data" /tmp/dpkg.log || fail "it does not say where the holdings are: $(cat /tmp/dpkg.log)"
[ ! -e /etc/autoholdings ] && [ ! -e /usr/bin/autoholdings ] && [ ! -e /lib/systemd/system/autoholdings.service ] || fail "something is left"
[ -e "$data/autoholdings.db" ] || fail "the purge took the holdings"

step "install again: it goes on with the holdings"
dpkg --install "$package" >/tmp/dpkg.log 2>&1 || fail "$(cat /tmp/dpkg.log)"
cp /tmp/config.before "$config"
start
holdings | cmp - /tmp/before || fail "the holdings are not as before"
stop

if knows restore && [ -e /tmp/backup.autoholdings ]; then
  step "restore into an empty place"
  rm -rf "$data" && install --directory --owner=autoholdings --group=autoholdings --mode=0700 "$data"
  as autoholdings restore --config "$config" /tmp/backup.autoholdings || fail "restoring"
  start
  holdings | cmp - /tmp/before || fail "the restored holdings are not as before"
  stop
fi

step "purge where nothing is left"
kill "$mock" && wait "$mock" || true # a user with a process cannot be removed
rm -rf "$data"
dpkg --purge autoholdings >/tmp/dpkg.log 2>&1 || fail "$(cat /tmp/dpkg.log)"
! getent passwd autoholdings >/dev/null || fail "the user is left though nothing else is"
step "all of it went as it should"

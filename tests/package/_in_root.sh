# What happens in the clean root; run by clean_root.sh, inside.
set -uo pipefail
fail() {
    echo "FAILED: $*"
    tail -n 5 /var/log/helio/*.log 2>/dev/null
    exit 1
}
quietly() { "$@" >/tmp/said 2>&1 || { cat /tmp/said; fail "$*"; }; }
as_helio() { runuser -u _helio -- "$@"; }
mode() { stat -c %a:%U:%G "$1"; }
# patiently COMMAND...: half a minute
patiently() {
    local _
    for _ in $(seq 60); do
        "$@" && return 0
        sleep 0.5
    done
    fail "waited for: $*"
}
kept() { helio export south --as csv >/tmp/said 2>&1 && [ "$(wc -l </tmp/said)" -ge "$1" ]; }
running() { /etc/init.d/helio status >/dev/null 2>&1; }

# ---- installed ------------------------------------------------------------------------------------
quietly dpkg -i /older.deb
[ "$(helio --version)" != "" ] || fail "it does not run"
id -nG _helio | grep -qw dialout || fail "_helio is not in dialout"
[ "$(getent passwd _helio | cut -d: -f6,7)" = /var/lib/helio:/usr/sbin/nologin ] || fail "_helio: $(getent passwd _helio)"
! running || fail "it was started without a device"
! ls /etc/rc2.d | grep -q '^S.*helio' || fail "it would start at boot without a device"
[ "$(mode /etc/helio/helio.conf)" = 644:root:root ] || fail "helio.conf: $(mode /etc/helio/helio.conf)"

# ---- as its user, once, by hand -------------------------------------------------------------------
cat >>/etc/helio/helio.conf <<'INI'
[bus made-up]
line = sim
every = 1
[device south]
driver = tracer
bus = made-up
INI
install -d -m 3775 -o _helio -g dialout /run/helio
install -d -m 0750 -o _helio -g _helio /var/lib/helio
quietly as_helio helio check --offline
quietly as_helio helio once
[ -s /var/lib/helio/helio.db ] || fail "helio once kept nothing in /var/lib/helio"
[ "$(mode /var/lib/helio/helio.db | cut -d: -f2)" = _helio ] || fail "helio.db is $(mode /var/lib/helio/helio.db)"

# ---- the daemon, and an upgrade under it ------------------------------------------------------------
# Until here there is no init at all; now as if sysvinit had started this machine.
printf '#!/bin/sh\necho N 2\n' >/sbin/runlevel
printf '#!/bin/sh\nexit 0\n' >/usr/sbin/policy-rc.d
chmod +x /sbin/runlevel /usr/sbin/policy-rc.d
quietly update-rc.d helio enable
ls /etc/rc2.d | grep -q '^S.*helio' || fail "it cannot be enabled"
quietly invoke-rc.d helio start
running || fail "it does not run"
first=$(cat /run/helio/helio.pid)
[ "$(ps -o user= -p "$first")" = _helio ] || fail "it runs as $(ps -o user= -p "$first")"
quietly helio status
patiently kept 3
before=$(wc -l </tmp/said)
quietly dpkg -i --force-confdef --force-confold /newer.deb
grep -q '^\[device south\]' /etc/helio/helio.conf || fail "the edited settings were lost"
[ -e /etc/helio/helio.conf.dpkg-dist ] || fail "the new settings are not laid beside the edited ones"
running || fail "it does not run after the upgrade"
[ "$(cat /run/helio/helio.pid)" != "$first" ] || fail "the old one still runs after the upgrade"
[ "$(helio --version)" = "helio $(dpkg-query -W -f '${Version}' helio)" ] || fail "$(helio --version)"
patiently kept $((before + 2)) # what was collected is there, and more
quietly sh /simulator

# ---- removed: what is its owner's stays -----------------------------------------------------------
last=$(cat /run/helio/helio.pid)
quietly dpkg -r helio
! ps -o stat= -p "$last" | grep -q '^[^Z]' || fail "it still runs"
[ -s /var/lib/helio/helio.db ] || fail "removing took what was collected"
grep -q '^\[device south\]' /etc/helio/helio.conf || fail "removing took the settings"
[ ! -e /usr/bin/helio ] || fail "the program is still there"
quietly sh /etc/init.d/helio start # says nothing without the program

# ---- and back, then purged ------------------------------------------------------------------------
quietly dpkg -i --force-confdef --force-confold /newer.deb
before=$(helio export south --as csv | wc -l)
[ "$before" -ge 3 ] || fail "what was collected is lost"
echo secret >/etc/helio/credentials-test && mkdir -p /etc/helio/credentials && mv /etc/helio/credentials-test /etc/helio/credentials/influx
quietly dpkg -P helio
for path in /var/lib/helio /var/log/helio /run/helio /etc/helio /etc/init.d/helio /etc/default/helio \
    /etc/logrotate.d/helio /usr/share/helio /lib/udev/rules.d/60-helio.rules; do
    [ ! -e "$path" ] || fail "purging left $path: $(ls -R "$path")"
done
! find /etc/rc*.d -name '*helio*' | grep . || fail "purging left links"
! dpkg -l helio 2>/dev/null | grep -q '^[irp][^n]' || fail "dpkg still knows it"
echo "all is well in the clean root"

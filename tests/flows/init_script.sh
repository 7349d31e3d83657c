# The init script, really run: with folders and a settings file of the test, as the daemon's own user
# where there is one.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/_servers.sh"
needs start-stop-daemon runuser python3
[ -r /lib/lsb/init-functions ] || { echo "skipped: no /lib/lsb/init-functions"; exit 77; }
[ "$(id -u)" = 0 ] || { echo "skipped: only root may start it as somebody else"; exit 77; }

# somebody who may read what the test made; its folders are for root alone otherwise
owner=nobody
public_folder
private=$PUBLIC
at_end "init stop >/dev/null 2>&1"
init() { HELIO_DEFAULTS=$private/default sh "$HELIO_SOURCE/packaging/helio.init" "$@"; }
# a child that nobody has asked after yet has ended all the same
lives() { [[ $(ps -o stat= -p "$1") =~ ^[^Z] ]]; }
has_ended() { ! lives "$1"; }
cat >"$private/default" <<SH
DAEMON=$private/helio
CONFIG=$private/helio.conf
RUN=$private/run
STATE=$private/state
LOGS=$private/log
OWNER=$owner
OPTIONS=--trace
SH
# the folders' group is that of the user: here it has another name
group=$(id -gn "$owner")
install -d -o "$owner" -g "$group" "$private/state" "$private/log"
printf '[bus roof]\nline = sim\nevery = 0.5\n[device south]\ndriver = tracer\nbus = roof\n' >"$private/helio.conf"

expect 3 init status
expect 0 init start
pid=$(cat "$private/run/helio.pid")
[ "$(stat -c %a:%U:%G "$private/run")" = "3770:$owner:dialout" ] || fail "the run folder: $(stat -c %a:%U:%G "$private/run")"
[ "$(ps -o user= -p "$pid")" = "$owner" ] || fail "it runs as $(ps -o user= -p "$pid")"
expect 0 init status
HELIO_RUN_DIR=$private/run "$HELIO" status >out || fail "it does not answer"
has out south
[ -s "$private/state/helio.db" ] || fail "nothing is kept"
# --trace of OPTIONS; the log is where the script says
logged() { grep -q " $1: " "$private/log/helio.log"; }
until_true 10 logged wire || fail "no log, or OPTIONS are not heard"
expect 0 init start
[ "$(cat "$private/run/helio.pid")" = "$pid" ] || fail "it was started twice"

mv "$private/log/helio.log" "$private/log/helio.log.1"
expect 0 init reload
until_true 10 grep -q "settings read again" "$private/log/helio.log" || fail "no reload"

# Settings that cannot be used: what runs goes on running.
cp "$private/helio.conf" good.conf
echo 'speed = soon' >>"$private/helio.conf"
expect 1 init restart
has err helio.conf
lives "$pid" || fail "it was stopped for settings that cannot be used"
cp good.conf "$private/helio.conf"
expect 0 init restart
[ "$(cat "$private/run/helio.pid")" != "$pid" ] || fail "not restarted"
expect 0 init status
HELIO_RUN_DIR=$private/run "$HELIO" status >out || fail "it does not answer after a restart"

# Restartd's pattern is that of the process.
pid=$(cat "$private/run/helio.pid")
pattern=$(sed -n 's/^helio "\([^"]*\)" .*/\1/p' "$HELIO_SOURCE/packaging/helio.restartd")
tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qE "$pattern" || fail "restartd would not find it"

expect 0 init stop
until_true 1 has_ended "$pid" || fail "it was not stopped" # the kernel may still be at it
expect 3 init status
expect 0 init stop
printf 'nonsense\n' >"$private/helio.conf"
expect 1 init start
has err helio.conf
expect 3 init dance
has err "Usage"
# Without the program (removed, not purged) the script says nothing.
rm "$private/helio"
expect 0 init start

# The daemon: ready and stopped as systemd wants it, reloaded without missing a round, and asked by
# once, tell, import, resend and status while it runs.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs sqlite3 python3 curl

stand_in_start sink --api v1
settings() {
    cat >a.ini <<INI
[site]
name = cabin
timezone = Europe/Sofia
[store]
path = $TESTS_TMP/helio.db
[bus roof]
line = sim
every = 0.5
speed = 1000000
turnaround = 1
[bus shed]
line = sim
every = $1
[device south]
driver = tracer
bus = roof
allow_tell = yes
[device east]
driver = tracer
bus = shed
$2
[group house]
members = south, east
[sink influx]
kind = influx
url = $URL
age = 0
INI
}
settings 0.2 ''

# ---- ready, status, watchdog ---------------------------------------------------------------------
cat >listen.py <<'PYTHON'
import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("notify.sock")
while True:
    with open("notified", "ab") as out:
        out.write(s.recv(4096) + b"\n")
PYTHON
python3 listen.py &
twins+=($!)
until_true 5 test -S notify.sock || fail "no notify socket"
NOTIFY_SOCKET=$TESTS_TMP/notify.sock WATCHDOG_USEC=1000000 daemon a.ini
for word in READY=1 WATCHDOG=1 STATUS=; do
    until_true 15 grep -q "$word" notified || fail "no $word: $(cat notified)"
done
expect 0 "$HELIO" status
until_true 10 eval '[ "$(status_get devices.0.state)" = online ]' || fail "south is not heard"
[ "$(status_get devices.2.device)" = house ] || fail "the group is not there"

# ---- one owner -----------------------------------------------------------------------------------
expect 75 "$HELIO" run -c a.ini --for 1
has err "$DAEMON"
before=$(status_get store.last)
expect 0 "$HELIO" once -c a.ini
until_true 5 eval '[ "$(status_get store.last)" -gt "$before" ]' || fail "once beside the daemon stored nothing"
expect 0 "$HELIO" tell -c a.ini south load_manual=on
has out south
expect 64 "$HELIO" tell -c a.ini south load_manuel=on
has err load_manual
expect 77 "$HELIO" tell -c a.ini east load_manual=on
has err "allow_tell = yes"
written_down() { [ "$(sql "SELECT count(*) FROM event WHERE who IN ('south', 'east')")" -ge 2 ]; }
until_true 5 written_down || fail "not written down"
expect 0 "$HELIO" read -c a.ini south pv_power
printf 'time,device,pv_power,battery_voltage\n2026-05-02T10:00:00Z,old,812,26.1\n2026-05-02T10:05:00Z,old,90000000,26.2\nsoon,old,1,2\n' >old.csv
expect 0 "$HELIO" import -c a.ini old.csv
has out "2 readings taken in, 1 row refused"
has err "line 4"
has err "pv_power cannot be 90000000"
points=$(stand_in_get sink points)
until_true 10 eval '[ "$(stand_in_get sink points)" -gt $((points + 3)) ]' || fail "nothing is delivered"
curl -s "$URL/dump" >dump
has_not dump device=old
expect 0 "$HELIO" resend influx -c a.ini --from 2026-05-01 --to 2026-05-03
has out "2 readings sent again"
curl -s "$URL/dump" >dump
has dump 'device=old,driver=import,site=cabin battery_voltage=26.1,pv_power=812'
expect 0 "$HELIO" export -c a.ini old
has out "2026-05-02T10:05:00Z,old,,26.2"

# ---- a reload that is wrong changes nothing ------------------------------------------------------
settings 0.2 'adress = 3'
kill -HUP "$DAEMON"
until_true 10 grep -q "the old settings hold" daemon.err || fail "a wrong reload is not told"
has daemon.err "did you mean"
kill -0 "$DAEMON" || fail "a wrong reload ended it"

# ---- a reload of one bus: the other misses no round ----------------------------------------------
settings 0.4 'address = 2'
kill -HUP "$DAEMON"
until_true 5 grep -q "settings read again" daemon.err || fail "not reloaded"
until_true 10 grep -q RELOADING=1 notified || fail "systemd is not told of a reload"
has daemon.err "shed: has changed"
has_not daemon.err "roof: has changed"
rounds_of_south() { sql "SELECT count(DISTINCT at) FROM reading WHERE device = 1 AND kind = 0"; }
rounds=$(rounds_of_south)
until_true 15 eval '[ "$(rounds_of_south)" -ge $((rounds + 4)) ]' || fail "south does not go on"
gaps=$(sql "SELECT count(*) FROM (SELECT at - lag(at) OVER (ORDER BY at) AS gap FROM (SELECT DISTINCT at FROM reading WHERE device = 1 AND kind = 0)) WHERE gap > 990")
[ "$gaps" -le 1 ] || fail "south missed $gaps rounds" # a busy machine may cost one, two reloads two
until_true 10 eval '[ "$(status_get devices.1.state)" = online ]' || fail "east is gone"

# ---- stopped -------------------------------------------------------------------------------------
began=$(date +%s%N)
daemon_end TERM
took=$((($(date +%s%N) - began) / 1000000))
[ "$DAEMON_CODE" = 0 ] || fail "it ended with $DAEMON_CODE"
[ "$took" -lt 10000 ] || fail "it took $took ms to stop"
has notified STOPPING=1
echo "stopped in $took ms; no round of the other bus missed over two reloads"
expect 69 "$HELIO" status

# ---- the same settings from cron -----------------------------------------------------------------
expect 0 "$HELIO" once -c a.ini
stand_in_set sink mode=unavailable
expect 75 "$HELIO" once -c a.ini --wait 1
has err "they are kept"
stand_in_set sink mode=ok
expect 0 "$HELIO" once -c a.ini
sed -i 's/^line = sim$/line = sim\ndead = 1/' a.ini
expect 69 "$HELIO" once -c a.ini
has err "no answer in time"
# the silent member makes the total unknown
[ "$("$HELIO" export -c a.ini house --columns pv_power --from -10s | wc -l)" -le 3 ] || true
last=$(sql "SELECT fields FROM reading r JOIN device d ON d.id = r.device WHERE d.name = 'house' ORDER BY seq DESC LIMIT 1")
echo "a silent member: $last"

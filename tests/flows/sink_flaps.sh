# Links that come and go, names that resolve to nothing, addresses that swallow everything, servers
# that hang: polling is on time, files and connections stay few, and in the end all is there once.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs influxd sqlite3 curl python3

seconds=16
[ -z "${HELIO_LONG:-}" ] || seconds=120
influxd_start influx
influx=$URL
influx_command "$URL" "CREATE DATABASE solar"
stand_in_start hang --api v1 --mode hang
cat >a.ini <<INI
$(house_ini helio 'every = 0.2')
[sink flapping]
kind = influx
url = $influx
age = 0
timeout = 2
[sink hanging]
kind = influx
url = $URL
timeout = 1
[sink nameless]
kind = influx
url = http://no-such-host.invalid:8086
timeout = 1
[sink hole]
kind = influx
url = http://[100::1]:8086
timeout = 1
INI
daemon a.ini
fds() { find "/proc/$DAEMON/fd" -mindepth 1 | wc -l; }
until_true 20 eval '[ "$(status_get sinks.0.delivered)" -ge 3 ] && [ "$(status_get sinks.2.failures)" -ge 1 ]' || fail "sinks are not tried"
before=$(fds) end=$((SECONDS + seconds)) flaps=0 most=0
cpu=$(awk '{ print $14 + $15 }' "/proc/$DAEMON/stat")
while [ $SECONDS -lt $end ]; do
    influxd_kill influx
    failures=$(status_get sinks.0.failures)
    until_true 10 eval '[ "$(status_get sinks.0.failures)" -gt "$failures" ]' || fail "nobody notices that the database is away"
    influxd_again influx
    delivered=$(status_get sinks.0.delivered)
    until_true 20 eval '[ "$(status_get sinks.0.delivered)" -gt "$delivered" ]' || fail "nothing is delivered"
    flaps=$((flaps + 1))
    now=$(fds)
    [ "$now" -le "$most" ] || most=$now
done
cpu=$(awk -v before="$cpu" -v hz="$(getconf CLK_TCK)" '{ print ($14 + $15 - before) / hz }' "/proc/$DAEMON/stat")
[ "$most" -le $((before + 8)) ] || fail "open files grow: $before, then $most"
until_true 40 eval '[ "$(status_get sinks.0.backlog)" -lt 5 ]' || fail "not delivered"
late=$(status_get rounds.late_p99_ms)
for sink in 1 2 3; do
    [ "$(status_get sinks.$sink.delivered)" = 0 ] || fail "sink $sink delivered?"
    [ "$(status_get sinks.$sink.lost)" = 0 ] || fail "sink $sink lost something"
done
attempts=$(status_get sinks.2.failures)
[ "$attempts" -le $((SECONDS + 10)) ] || fail "$attempts attempts at a name that is none"
lines=$(wc -l <daemon.err)
[ "$lines" -le $((60 + 4 * flaps)) ] || fail "$lines lines of log"
daemon_end
expect 75 "$HELIO" once -c a.ini --wait 2
points=$(sql "SELECT count(*) FROM (SELECT DISTINCT at FROM value WHERE metric = 'pv_power')")
there=$(influx_count "$influx" solar pv_power)
[ "$there" = "$points" ] || fail "$points points here, $there there"
between 0 "$late" 500 # who waited for a server would be late by its time-out, a second
echo "$flaps flaps: $points points = $there there; rounds late p99 $late ms; open files $before, most $most;" \
    "$attempts attempts at a dead name; $cpu s of CPU in $seconds s; $lines lines of log"

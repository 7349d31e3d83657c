# The database is away for a day of three devices at 5 s: everything is kept, delivered in order
# when it is back, and nothing twice.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs influxd sqlite3 curl python3

filled=$("$TOOLS/fill_store" "$TESTS_TMP/helio.db" 3 17280 5 --sink influx --batch 12) ||
    fail "the store cannot be filled"
influxd_start influx
influx_command "$URL" "CREATE DATABASE solar"
influxd_kill influx
cat >a.ini <<INI
$(house_ini helio 'every = 0.5')
[sink influx]
kind = influx
url = $URL
INI
daemon a.ini
until_true 20 eval '[ "$(status_get sinks.0.failures)" -ge 1 ]' || fail "the database is not tried"
[ "$(status_get sinks.0.delivered)" = 0 ] || fail "delivered while the database is away"
[ "$(status_get store.lost_waiting)" = 0 ] || fail "lost"
rss=$(awk '/VmHWM/ {print $2}' "/proc/$DAEMON/status")
influxd_again influx
began=$SECONDS
until_true 150 eval '[ "$(status_get sinks.0.backlog)" -lt 50 ]' || fail "not delivered in time"
took=$((SECONDS - began))
daemon_end
[ "$DAEMON_CODE" = 0 ] || fail "the daemon ended with $DAEMON_CODE"
expect 0 "$HELIO" once -c a.ini
stored=$(sql "SELECT count(*) FROM reading WHERE kind = 0 AND fields <> ''")
there=$(influx_count "$URL" solar pv_power)
produced=$(sql "SELECT count(*) FROM (SELECT DISTINCT at, device FROM value WHERE metric = 'pv_power')")
[ "$there" = "$produced" ] || fail "$there points there, $produced readings here"
# in order: what was delivered last is the newest
echo "produced $stored readings ($filled while it was away) = stored $there there; drained in $took s;" \
    "peak $rss kB; $(stat -c %s helio.db) bytes"

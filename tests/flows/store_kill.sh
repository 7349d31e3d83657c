# Killed in the middle of writing, again and again: it always starts, nothing committed is lost,
# nothing is twice, and the database has everything in the end.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs sqlite3 influxd curl python3

kills=40
case $HELIO in */release/*) kills=200 ;; esac
[ -z "${HELIO_LONG:-}" ] || kills=200
kills=${HELIO_KILLS:-$kills}
influxd_start influx
cat >a.ini <<INI
$(house_ini helio 'every = 0.1')
[device east]
driver = tracer
bus = roof
address = 2
[group house]
members = south, east
[sink influx]
kind = influx
url = $URL
create = yes
age = 0
timeout = 2
INI
# how long until a reading is stored, here and now
began=$(date +%s%3N)
daemon a.ini
until_true 20 eval '[ "$(sqlite3 helio.db "SELECT count(*) FROM reading" 2>/dev/null || echo 0)" -gt 0 ]' || fail "nothing is stored"
whole=$((($(date +%s%3N) - began) * 3 / 2))
daemon_end KILL
last=0 lost=0 failures=0
for i in $(seq "$kills"); do
    "$HELIO" run -c a.ini >/dev/null 2>>daemon.err &
    pid=$!
    twins+=("$pid")
    # at any moment: while starting, polling, writing, sending
    at=$((whole * (RANDOM % 100) / 100))
    printf -v seconds '%d.%03d' $((at / 1000)) $((at % 1000))
    sleep "$seconds"
    kill -0 "$pid" 2>/dev/null || failures=$((failures + 1))
    kill -KILL "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    forget "$pid"
    if [ -s helio.db ]; then
        now=$(sqlite3 helio.db "SELECT coalesce(max(seq), 0) FROM reading" 2>/dev/null) || now=0
        [ "$now" -ge "$last" ] || lost=$((lost + last - now))
        last=$now
    fi
done
expect 0 "$HELIO" once -c a.ini
has_not daemon.err damaged
[ "$(sqlite3 helio.db "PRAGMA integrity_check")" = ok ] || fail "the file is damaged"
rows=$(sqlite3 helio.db "SELECT count(*) FROM reading")
twice=$(sqlite3 helio.db "SELECT count(*) - count(DISTINCT seq) FROM reading")
holes=$(sqlite3 helio.db "SELECT max(seq) - count(*) FROM reading")
points=$(sqlite3 helio.db "SELECT count(*) FROM (SELECT DISTINCT at, device FROM reading WHERE kind = 0)")
there=$(($(influx_count "$URL" solar pv_power) + $(influx_query "$URL" solar \
    "SELECT count(members) FROM solar WHERE device = 'house'" | tail -n +2 | cut -d, -f4 | grep . || echo 0)))
house=$(sqlite3 helio.db "SELECT count(*) FROM (SELECT DISTINCT at FROM value WHERE device = 'house' AND metric LIKE '%pv_power%')")
there=$((there - house))
echo "$kills kills: $failures failed to start, $lost committed readings lost, $twice twice, $holes holes;" \
    "$rows readings here, $points points, $there there"
[ $failures = 0 ] && [ $lost = 0 ] && [ "$twice" = 0 ] && [ "$holes" = 0 ] || fail "not durable"
[ "$rows" -ge $((kills / 4)) ] || fail "hardly any kill met a program that stores: $rows readings"
[ "$there" = "$points" ] || fail "$points points here, $there there"

# Days that a charger has finished and kept itself: fetched as soon as its day is known, once each,
# whatever kills the program in between; exported, delivered at their noon, and uploaded under their date.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs influxd sqlite3 curl python3

hour=$(date -u +%-H)
zone=Etc/GMT$(printf %+d $((hour - 12))) # it is noon there, and the sun counts
[ "$hour" != 12 ] || zone=UTC

# The charger's day is that of its start, as is ours: midnight may come while this runs.
FAMILY=mate_mx twin roof --ids 3 --pjon "$TESTS_TMP/wall" --at 10:00 --time-scale 30 --speed 0 --turnaround 1
influxd_start influx
influx_command "$URL" "CREATE DATABASE solar"
rm -f old.port
python3 "$HELIO_SOURCE/tests/servers/old_mate.py" --port 0 --ready old.port --rows rows 2>old.log &
PIDS[old]=$!
twins+=($!)
until_true 10 test -s old.port || fail "the receiver of uploads did not start"
cat >a.ini <<INI
[site]
timezone = $zone
[store]
path = $TESTS_TMP/helio.db
[bus wall]
line = ${LINE%%,*}
wait_ms = 0
every = 0.1
[device roof]
driver = mate_mx
bus = wall
address = 3
[sink influx]
kind = influx
url = $URL
[sink old]
kind = mate_rest
url = http://127.0.0.1:$(cat old.port)/mate
INI
kept() { [ "$(sql 'SELECT count(*) FROM day')" -ge "$1" ]; }

daemon a.ini
until_true 60 kept 20 || fail "no finished day was fetched"
daemon_end KILL
first=$(sql 'SELECT count(*) FROM day')
[ "$first" -lt 127 ] || fail "nothing was left for the next start"
daemon a.ini
until_true 90 kept 127 || fail "$(sql 'SELECT count(*) FROM day') days, not 127"
until_true 20 eval '[ "$(status_get sinks.0.backlog)" -lt 20 ]' || fail "not delivered"
until_true 60 eval '[ "$(status_get sinks.1.backlog)" -lt 20 ]' || fail "not uploaded"
daemon_end
has daemon.err "asks for its finished days from"

# ---- each once, the last of them yesterday
expect 0 "$HELIO" export -c a.ini roof --days
[ "$(tail -n +2 out | cut -d, -f1 | sort -u | wc -l)" = 127 ] || fail "dates are missing or doubled"
[ "$(tail -1 out | cut -d, -f1)" = "$(TZ=$zone date -d yesterday +%F)" ] || fail "it ends with $(tail -1 out)"
expect 0 "$HELIO" export -c a.ini --days --as jsonl --columns pv_energy_today --from yesterday
[ "$(wc -l <out)" = 1 ] || fail "yesterday has $(wc -l <out) lines"
has out "{\"date\":\"$(TZ=$zone date -d yesterday +%F)\",\"device\": \"roof\",\"pv_energy_today\":"
[ "$(sql 'SELECT count(*) FROM reading WHERE kind = 4')" = 127 ] || fail "the log has others"
expect 64 "$HELIO" export -c a.ini --days --every 60

# ---- as the device says them
dev="mate_mx@$LINE:3"
for ago in 1 2 30 127; do
    date=$(TZ=$zone date -d "$ago days ago" +%Y%m%d)
    stored=$(sql "SELECT json_extract(fields, '\$.charger_charge_today') FROM day WHERE date = $date")
    expect 0 "$HELIO" ask "$dev" log:$ago --json
    has out "\"amp_hours\": $stored"
done

# ---- delivered, at noon
influx_query "$URL" solar 'SELECT pv_energy_today FROM solar_day' | tail -n +2 >points
[ "$(wc -l <points)" = 127 ] || fail "$(wc -l <points) points there, 127 days here"
while IFS=, read -r _ _ at kwh _; do
    [ "$(TZ=$zone date -d "@$((at / 1000))" +%T)" = 12:00:00 ] || fail "a day stands at $at"
    date=$(TZ=$zone date -d "@$((at / 1000))" +%Y%m%d)
    [ "$(sql "SELECT json_extract(fields, '\$.pv_energy_today') FROM day WHERE date = $date")" = "$kwh" ] ||
        fail "$date is $kwh there"
done <points
# ---- uploaded, under their dates; only the kill may have come between an answer and the note of it
sql 'SELECT date FROM day' >dates
has_not rows '"bad"'
python3 - <<'PY' || fail "days uploaded are not the days kept"
import collections, json, sys

rows = [json.loads(line) for line in open("rows")]
there = collections.Counter(row["date"].replace("-", "") for row in rows if row["type"] == "mx-logpage")
kept = {line.strip() for line in open("dates")}
twice = sum(there.values()) - len(there)
print(f"{len(kept)} days kept, {len(there)} uploaded, {twice} twice")
sys.exit(set(there) != kept or twice > 1)
PY
echo "127 days produced = $(sql 'SELECT count(*) FROM day') stored = $(wc -l <points) delivered; $first before the kill"

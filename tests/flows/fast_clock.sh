# A clock that runs faster: the daemon's rounds, its limits and its stamps follow it, other processes of
# the test see the same hour, and it is said, so that nobody runs a real plant like this.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs sqlite3

for rate in 0 0.09 1001 fast 10@ 10@1 '10@noon'; do
    HELIO_CLOCK_RATE=$rate expect 64 "$HELIO" list drivers
    has err "no rate of the clock"
done

cat >a.ini <<INI
[store]
path = $TESTS_TMP/helio.db
[bus roof]
line = sim
every = 10
[device south]
driver = tracer
bus = roof
INI
# It was right yesterday: since then 60 days went by, so that nobody takes it for today.
yesterday=$(($(date +%s%3N) - 86400000))
export HELIO_CLOCK_RATE=60@$yesterday
made_ms() { echo $((yesterday + 60 * ($(date +%s%3N) - yesterday))); }
least=$(made_ms) began=$SECONDS
daemon a.ini
has daemon.err "the clock runs 60 times as fast"
expect 0 "$HELIO" status
has out "the clock runs 60 times as fast"
[ "$(status_get clock_rate)" = 60 ] || fail "the rate is not told"
heard() { [ "$(status_get devices.0.heard)" -ge 20 ]; }
until_true 60 heard || fail "no 20 rounds"
daemon_end
[ $((SECONDS - began)) -lt 100 ] || fail "20 rounds of 10 s took their own time"

first=$(sql "SELECT min(at) FROM reading WHERE kind = 0")
last=$(sql "SELECT max(at) FROM reading WHERE kind = 0")
count=$(sql "SELECT count(*) FROM reading WHERE kind = 0")
between $((least - 10000)) "$first" "$(made_ms)" # the first round is of the tick that has begun
between $((first + (count - 1) * 10000 - 5000)) "$last" "$(made_ms)" # a round may come late, none early
expect 0 "$HELIO" once -c a.ini
has err "once: the clock runs 60 times as fast"
expect 0 "$HELIO" export -c a.ini south --columns pv_power --from -1d
[ "$(tail -n +2 out | wc -l)" -gt "$count" ] || fail "export lives on another day"
echo "$count rounds of 10 s in $((SECONDS - began)) s, 60 days ahead"

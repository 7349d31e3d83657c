# A damaged file is set aside while the web has it open: what is asked then comes out of the new one.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
. "$HELIO_SOURCE/tests/flows/_web.sh"
needs curl python3

web_house
daemon web.ini
until_true 15 eval '! "$HELIO" status --json | grep -q "\"unheard\""' || fail "somebody is not heard"
history() { curl -sf "$URL/api/v1/history?device=unit1&metric=battery_voltage&from=$1"; }
# the moment of the newest reading that the web knows, in ms
newest() { history -10m | json_get metrics.0.points.-1.0; }
until_true 15 eval 'newest >/dev/null 2>&1' || fail "nothing can be asked for"
ls -l "/proc/$DAEMON/fd" >before
grep -q "helio.db$" before || fail "no file is open"

# The page on which the events begin becomes zeros; whoever asks for them meets that, and leaves a mark.
python3 - <<'PYTHON'
import sqlite3
db = sqlite3.connect("helio.db", timeout=10)
db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
(page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'event'").fetchone()
(size,) = db.execute("PRAGMA page_size").fetchone()
with open("helio.db", "r+b") as file:
    file.seek((page - 1) * size)
    file.write(bytes(size))
PYTHON
curl -s "$URL/api/v1/events?from=-10m" >/dev/null
until_true 15 grep -q "set aside" daemon.err || fail "nothing was set aside"
moment=$(date +%s000)
until_true 15 eval '[ "$(newest)" -gt "$moment" ]' || fail "the web has nothing newer than $(newest); it was set aside at $moment"
history 2026-03-31T00:00:00Z | json_get metrics.0.points.0 >/dev/null || fail "what was carried over is not there"
curl -sf "$URL/api/v1/events?from=-10m" | grep -q "set aside" || fail "the events do not say it"
ls -l "/proc/$DAEMON/fd" >after
has_not after damaged-
daemon_end
[ "$DAEMON_CODE" = 0 ] || { cat daemon.err >&2; fail "it ended with $DAEMON_CODE"; }

# Pages of simulated MATEnet devices go to a server like the old collector's, in the old form: each
# once and in order, also over an outage and a restart of ours.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs sqlite3 curl python3
export TZ=America/New_York
fast_clock 5

old_start() {
    rm -f old.port
    python3 "$HELIO_SOURCE/tests/servers/old_mate.py" --port "$1" --ready old.port --rows rows 2>old.log &
    PIDS[old]=$!
    twins+=($!)
    until_true 10 test -s old.port || fail "the receiver did not start"
}
touch rows
free_port port
old_start "$port"
cat >a.ini <<INI
[store]
path = $TESTS_TMP/helio.db
[bus shed]
line = sim
every = 0.5
[device mx]
driver = mate_mx
bus = shed
address = 1
[device fx]
driver = mate_fx
bus = shed
address = 2
[device dc]
driver = mate_dc
bus = shed
address = 3
[sink old]
kind = mate_rest
url = http://127.0.0.1:$port/mate
age = 0
INI
expect 0 "$HELIO" check -c a.ini
daemon a.ini
until_true 20 eval '[ "$(wc -l <rows)" -ge 10 ]' || fail "nothing arrives"
server_end old TERM
until_true 20 eval '[ "$(status_get sinks.0.backlog)" -ge 5 ]' || fail "nothing waits while the receiver is away"
daemon_end
daemon a.ini
until_true 20 eval '[ "$(status_get sinks.0.failures)" -ge 1 ]' || fail "it does not try"
old_start "$port"
until_true 30 eval '[ "$(status_get sinks.0.backlog)" -lt 3 ]' || fail "not delivered in time"
daemon_end
[ "$DAEMON_CODE" = 0 ] || fail "the daemon ended with $DAEMON_CODE"

has_not rows '"bad"'
sql "SELECT device, at, group_concat(metric) FROM value WHERE kind = 0 GROUP BY seq ORDER BY seq" >stored || fail "no store"
python3 - <<'PY' || fail "what is there is not what was stored"
import base64, datetime, json, sys

def at(ts):
    t = datetime.datetime.fromisoformat(ts).replace(tzinfo=datetime.timezone.utc)
    return round(t.timestamp() * 1000)

rows = [json.loads(line) for line in open("rows")]
there = [(row["type"][:2], at(row["ts"])) for row in rows]
stored = []
for line in open("stored"):
    device, when, names = line.rstrip("\n").split("|")
    if device == "dc" and "battery_days_since_full" not in names:
        continue  # three pages of six
    stored.append((device, int(when)))
lost, twice = set(stored) - set(there), len(there) - len(set(there))
print(f"produced {len(stored)} pages, there {len(there)}: {len(lost)} lost, {twice} twice")
if lost or twice or set(there) - set(stored) or {kind for kind, _ in there} != {"mx", "fx", "dc"}:
    sys.exit(1)
for kind in "mx", "fx", "dc":
    times = [when for k, when in there if k == kind]
    if times != sorted(times):
        sys.exit(f"{kind} is not in order")
first = {row["type"]: row for row in reversed(rows)}
if first["mx-status"]["tz"] not in (-18000, -14400):
    sys.exit("tz is not the site's")
if "chg_w" not in first["mx-status"]["extra"] or "t_air" not in first["fx-status"]["extra"]:
    sys.exit("extra")
volts = base64.b64decode(first["dc-status"]["data"])[6:8]
if not 100 < int.from_bytes(volts, "big") < 700:
    sys.exit("battery voltage of the FLEXnet DC")
PY

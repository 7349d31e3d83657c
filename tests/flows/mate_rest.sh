# Simulated MATEnet devices upload to another helio. It is away for a while, ours is restarted
# meanwhile: what was produced is there, nothing lost and nothing twice, and the numbers are the
# same. Then it is treated badly, and polls on as if nothing were.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs sqlite3 curl python3
fast_clock 5
"$HELIO" list settings | grep -q mate_token_file || {
    echo "skipped: built without its web floor"
    exit 77
}

free_port port
token=made-up-$RANDOM$RANDOM
umask 077
printf '%s\n' "$token" >token
mkdir far-run
cat >far.ini <<INI
[store]
path = $TESTS_TMP/far/helio.db
[bus roof]
line = sim
every = 0.5
[device south]
driver = tracer
bus = roof
[web]
enabled = yes
port = $port
mate_token_file = $TESTS_TMP/token
mate_device = cabin
INI
cat >near.ini <<INI
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
[sink far]
kind = mate_rest
url = http://127.0.0.1:$port/mate
token_file = $TESTS_TMP/token
age = 0
INI
far_start() {
    HELIO_RUN_DIR=$TESTS_TMP/far-run "$HELIO" run -c far.ini >>far.log 2>&1 &
    PIDS[far]=$!
    twins+=($!)
    ready "${PIDS[far]}" "http://127.0.0.1:$port/" far.log
}
far_status() { HELIO_RUN_DIR=$TESTS_TMP/far-run "$HELIO" status --json; }

far_start
expect 0 "$HELIO" check -c near.ini
daemon near.ini
until_true 20 eval '[ "$(status_get sinks.0.delivered)" -ge 10 ]' || fail "nothing is delivered"
server_end far TERM
until_true 20 eval '[ "$(status_get sinks.0.backlog)" -ge 5 ]' || fail "nothing waits while the far side is away"
daemon_end
[ "$DAEMON_CODE" = 0 ] || fail "ours ended with $DAEMON_CODE"
daemon near.ini
until_true 20 eval '[ "$(status_get sinks.0.failures)" -ge 1 ]' || fail "ours does not try"
far_start
until_true 40 eval '[ "$(status_get sinks.0.backlog)" -lt 3 ]' || fail "not delivered in time"
daemon_end
[ "$DAEMON_CODE" = 0 ] || fail "ours ended with $DAEMON_CODE"

# ---- bad manners -------------------------------------------------------------------------------

before=$(far_status | python3 -c 'import json, sys; print(json.load(sys.stdin)["rounds"]["count"])')
python3 "$HELIO_SOURCE/tests/flows/_mate_abuse.py" "$port" "$token" || fail "a request was answered wrongly"
count_of_rounds() { far_status | python3 -IS -c 'import json, sys; print(json.load(sys.stdin)["rounds"]["count"])'; }
until_true 20 eval '[ "$(count_of_rounds)" -ge $((before + 3)) ]' || fail "no rounds while it was treated badly"
figures=$(far_status | python3 -c '
import json, sys
rounds = json.load(sys.stdin)["rounds"]
print(rounds["count"], rounds["late_p99_ms"])')
read -r after late <<<"$figures"
[ "$after" -ge $((before + 3)) ] || fail "only $((after - before)) rounds while it was treated badly"
between 0 "$(awk "BEGIN { print $late / 5 }")" 150 # in true time

# a token mended by reload; and none at all
printf 'another\n' >token
kill -HUP "${PIDS[far]}"
until_true 10 eval '[ "$(curl -s -o /dev/null -w "%{http_code}" -H "Authorization: Bearer another" http://127.0.0.1:$port/mate/mx-status)" = 200 ]' ||
    fail "the new token is not known after a reload"
sed -i /mate_token_file/d far.ini
kill -HUP "${PIDS[far]}"
until_true 10 eval 'curl -s -X POST -d "{}" http://127.0.0.1:$port/mate/mx-status | grep -q mate_token_file' ||
    fail "it does not say what to set"
server_end far TERM
has_not far.log "$token"
has_not daemon.err "$token"

python3 - <<'PY' || fail "what is there is not what was stored"
import json, sqlite3, sys

def rows(path, names):
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    for device, at, words, numbers in db.execute(
            "SELECT d.name, r.at, s.names, r.fields FROM reading r JOIN device d ON d.id = r.device "
            "JOIN shape s ON s.id = r.shape WHERE r.kind = 0 ORDER BY r.seq"):
        if device in names:
            said = {n: v for n, v in zip(json.loads(words), json.loads(numbers)) if v is not None}
            yield device.removeprefix("cabin-"), at, said

near, there, twice = {}, {}, 0
for kind, at, numbers in rows("helio.db", {"mx", "fx", "dc"}):
    if kind != "dc" or "battery_days_since_full" in numbers:
        near[kind, at] = numbers
for kind, at, numbers in rows("far/helio.db", {"cabin-mx", "cabin-fx", "cabin-dc"}):
    if numbers.get("charger_power") == 193 and kind == "mx" and at < min(a for _, a in near):
        continue  # the one made up by hand
    twice += (kind, at) in there
    there[kind, at] = numbers
lost, strange = set(near) - set(there), set(there) - set(near)
print(f"produced {len(near)} pages = stored {len(there)} there; {len(lost)} lost, {twice} twice")
if lost or strange or twice or {kind for kind, _ in near} != {"mx", "fx", "dc"}:
    sys.exit(f"strange: {sorted(strange)[:5]}")
for key, numbers in there.items():
    for name, value in numbers.items():
        if abs(near[key].get(name, 1e9) - value) > 1e-9:
            sys.exit(f"{key} {name}: {near[key].get(name)} here, {value} there")
PY
[ "$(sqlite3 -readonly far/helio.db "SELECT count(*) FROM reading WHERE kind = 2")" = 1 ] ||
    fail "the day of the log is not kept once"
[ "$(sqlite3 -readonly far/helio.db "SELECT count(*) FROM reading WHERE at = 1792593764938")" = 1 ] ||
    fail "a row that was sent twice is not kept once"

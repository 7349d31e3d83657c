#!/usr/bin/env bash
# The broker comes and goes (8 times; 100 with HELIO_LONG=1), now and then by a kill. A subscriber
# that is away only with the broker gets, with catch_up = everything, all that was stored: nothing
# missing, doubles counted. Whatever happened, the house is available again soon.
source "$HELIO_SOURCE/tests/flows/lib.sh"
source "$HELIO_SOURCE/tests/flows/_servers.sh"
source "$HELIO_SOURCE/tests/flows/_mosquitto.sh"
needs sqlite3 python3
fast_clock 4 # the pauses between attempts

times=8
[ -z "${HELIO_LONG:-}" ] || times=100

# A persistent session, so that the subscriber's own absence costs nothing; the broker keeps it.
broker_start b 'persistence true' "persistence_location $TESTS_TMP/b/" 'autosave_interval 1' \
    'autosave_on_changes true' 'max_queued_messages 0'
sed -i '/^persistence false/d' b/mosquitto.conf
server_end b TERM
broker_again b

follow() {
    : >>seen
    mosquitto_sub -h 127.0.0.1 -p "$PORT" -c -i watcher -q 1 -F '%r %t %p' -t 'helio/#' >>seen 2>/dev/null &
    FOLLOWER=$!
    twins+=($!)
}
unfollow() { # a subscriber that is just connecting may never end of itself
    kill -KILL "$FOLLOWER" 2>/dev/null
    wait "$FOLLOWER" 2>/dev/null
    forget "$FOLLOWER"
}
: >seen
follow
until_true 10 has_subscribed watcher || fail "nobody listens"

{
    printf '[store]\npath = %s\ncommit = 0.2\n[bus west]\nline = sim\nevery = 0.5\n' "$TESTS_TMP/helio.db"
    printf '[device south]\ndriver = tracer\nbus = west\naddress = 1\n'
    printf '[device east]\ndriver = tracer\nbus = west\naddress = 2\n'
    printf '[sink mqtt]\nkind = mqtt\nage = 0\nport = %s\ncatch_up = everything\nkeepalive = 5\n' "$PORT"
} >helio.conf
"$HELIO" check -c helio.conf --offline >/dev/null 2>check.err || sed -i '/^commit/d' helio.conf
daemon helio.conf
until_true 20 heard seen helio/south/state || fail "no state came"

has_failed() { [ "$(status_get sinks.0.failures)" -gt "$failures" ]; }
delivered() { [ "$(status_get sinks.0.backlog)" = 0 ]; }
for i in $(seq "$times"); do
    unfollow # what it has not taken yet stays in its session; a broker that is killed may forget it
    server_end b TERM
    if [ $((i % 4)) = 0 ]; then # until a first attempt has found nobody
        failures=$(status_get sinks.0.failures)
        until_true 20 has_failed || fail "nobody notices that the broker is away"
    fi
    broker_again b
    follow
    sleep "0.$((RANDOM % 9))"
done
until_true 60 delivered || fail "not delivered: $("$HELIO" status) $(tail -3 daemon.err)"
available() { stands helio/bridge/availability online && stands helio/south/availability online && stands helio/east/availability online; }
late=$SECONDS
until_true 60 available || fail "not available after 60 s"
late=$((SECONDS - late))
daemon_end
caught_up() { [ "$(grep -c /state seen)" -ge "$(sql 'SELECT count(*) FROM reading WHERE kind = 0')" ]; }
until_true 30 caught_up
sql "SELECT d.name, r.at FROM reading r JOIN device d ON d.id = r.device WHERE r.kind = 0" >stored
python3 - <<'PY' || fail "what was received is not what was stored"
import json, datetime
stored = {tuple(l.strip().split("|")) for l in open("stored")}
seen = []
for line in open("seen"):
    retained, topic, payload = line.split(" ", 2)
    if not topic.endswith("/state"):
        continue
    assert retained == "0", line
    when = datetime.datetime.fromisoformat(json.loads(payload)["time"].replace("Z", "+00:00"))
    seen.append((topic.split("/")[1], str(round(when.timestamp() * 1000))))
missing, strange = stored - set(seen), set(seen) - stored
print(f"stored {len(stored)}, received {len(set(seen))}, missing {len(missing)}, doubles {len(seen) - len(set(seen))}, strange {len(strange)}")
raise SystemExit(bool(missing or strange or len(stored) < 20))
PY
[ "$(grep -c 'thrown out' daemon.err)" = 0 ] || fail "it thought there was a second one"
echo "restarts $times; available again after $late s at most; log lines $(wc -l <daemon.err)"

# ---- two with one id: a copied card ---------------------------------------------------------------
printf '[sink mqtt]\nkind = mqtt\nage = 0\nport = %s\nclient = twin\nprefix = b\n' "$PORT" >sink
sed '/^\[sink/,$d;s/helio.db/other.db/' helio.conf | cat - sink >b.conf
sed '/^\[sink/,$d' helio.conf | cat - sink | sed 's/^prefix.*/prefix = a/' >a.conf
listen both -t 'a/south/state' -t 'b/south/state'
daemon a.conf
mkdir -p second
HELIO_RUN_DIR=$TESTS_TMP/second "$HELIO" run -c b.conf >/dev/null 2>b.err &
twins+=($!)
moved() { grep -q 'another client seems to use the id' daemon.err b.err; }
until_true 60 moved || fail "two with one id go on for ever"
# nobody is thrown out for a while
quiet() {
    local before
    before=$(grep -c 'already connected' b/log)
    sleep 1.5
    [ "$before" = "$(grep -c 'already connected' b/log)" ]
}
until_true 30 quiet || fail "they throw each other out for ever"
before=$(grep -c 'already connected' b/log)
grows() { [ "$(grep -c ' a/south' both)" -gt "$a" ] && [ "$(grep -c ' b/south' both)" -gt "$b" ]; }
a=$(grep -c ' a/south' both) b=$(grep -c ' b/south' both)
until_true 20 grows || fail "one of the two is not heard"
between "$before" "$(grep -c 'already connected' b/log)" $((before + 4))
daemon_end

#!/usr/bin/env bash
# The broker and Home Assistant come and go (8 times; 100 with HELIO_LONG=1): each time every entity
# is told again, is available and has a state, although the broker has forgotten everything. Then a
# copy of the same settings joins with the same client id: both stay connected, and when the copy
# leaves, nothing of the house is unavailable.
source "$HELIO_SOURCE/tests/flows/lib.sh"
source "$HELIO_SOURCE/tests/flows/_servers.sh"
source "$HELIO_SOURCE/tests/flows/_mosquitto.sh"
source "$HELIO_SOURCE/tests/flows/_ha_house.sh"
needs python3
python3 -c 'import jinja2' 2>/dev/null || { echo "skipped: python3-jinja2 is not installed"; exit 77; }
fast_clock 4 # the pauses between attempts

times=8
[ -z "${HELIO_LONG:-}" ] || times=100

broker_start b
ha_house a device 'client = twin'
# One that is asked once an hour: its state comes only when Home Assistant says that it was born.
cat >>a.ini <<'INI'
[bus far]
line = sim
every = 3600
[device slow]
driver = tracer
bus = far
INI
daemon a.ini
until_true 40 settled 12 || fail "discovery never settles"
judge ids now.tsv >ids
has ids helio_slow_pv_power

# Home Assistant starts: it listens, and says so.
ha_start() {
    : >heard.tsv
    judged=0
    mosquitto_sub -h 127.0.0.1 -p "$PORT" -F '%t	%p' -t 'homeassistant/#' -t 'helio/#' >>heard.tsv 2>/dev/null &
    HA=$!
    twins+=($!)
    until_true 10 test -s heard.tsv || fail "nobody is heard" # what stands there comes at once
    say homeassistant/status online
}
ha_stop() {
    kill -KILL "$HA" 2>/dev/null
    wait "$HA" 2>/dev/null
    forget "$HA"
}
# looked at anew only when something came
judged=0
there() {
    local size
    size=$(stat -c %s heard.tsv)
    [ "$size" != "$judged" ] || return 1
    judged=$size
    judge there heard.tsv ids "$@" >count 2>why
}
longest=0
for i in $(seq "$times"); do
    if [ $((i % 3)) = 0 ]; then broker=KILL; else broker=TERM; fi
    server_end b $broker
    broker_again b
    ha_start
    since=$SECONDS
    until_true 60 there slow || fail "round $i: $(cat count) unavailable: $(head -3 why)"
    judged=0
    if [ $((i % 4)) = 0 ]; then until_true 30 there || fail "round $i: nobody answers the birth: $(head -3 why)"; fi
    [ $((SECONDS - since)) -le "$longest" ] || longest=$((SECONDS - since))
    ha_stop
done
echo "restarts of broker and Home Assistant: $times, entities $(wc -l <ids), unavailable after: 0 (at most ${longest} s)"

# ---- a copy of the whole thing ---------------------------------------------------------------------
daemon_end # with its own client id again
broker_log=$(wc -l <b/log)
: >daemon.err
daemon a.ini
connected() { tail -n "+$broker_log" b/log | grep -aq 'connected .* as twin '; }
until_true 20 connected || fail "not connected as twin: $(tail -2 b/log)"
sed "s|$TESTS_TMP/a.db|$TESTS_TMP/c.db|" a.ini >c.ini
mkdir -p copy
HELIO_RUN_DIR=$TESTS_TMP/copy "$HELIO" run -c c.ini >copy.out 2>copy.err &
COPY=$!
twins+=($!)
took_another() { cat daemon.err copy.err | grep -q 'from now on twin-'; }
until_true 60 took_another || fail "they throw each other out for ever: $(tail -3 daemon.err copy.err)"
quiet() {
    local before
    before=$(grep -c 'already connected' b/log)
    sleep 2
    [ "$before" = "$(grep -c 'already connected' b/log)" ]
}
until_true 30 quiet || fail "still thrown out: $(tail -3 b/log)"
echo "a copy with the same client id: $(grep -c 'already connected' b/log) times thrown out, then both stay"
kill "$COPY"
wait "$COPY"
forget "$COPY"
ha_start
until_true 30 there || fail "after the copy left: $(cat count) unavailable: $(head -3 why)"
ha_stop

#!/usr/bin/env bash
# Orders over a broker: what is written on the wire is what was allowed, and nothing else. Retained,
# old, foreign, out of range, unreadable, too many, answered by nobody: each is told so, and nothing
# is tried twice.
source "$HELIO_SOURCE/tests/flows/lib.sh"
source "$HELIO_SOURCE/tests/flows/_servers.sh"
source "$HELIO_SOURCE/tests/flows/_mosquitto.sh"
needs sqlite3 python3

broker_start b
# settings MORE-OF-THE-SINK...
settings() {
    printf '[store]\npath = %s\n[bus west]\nline = sim\nturnaround = 1\nevery = 1\n' "$TESTS_TMP/helio.db"
    printf '[device south]\ndriver = tracer\nbus = west\naddress = 1\nallow_tell = yes\n'
    printf '[device east]\ndriver = tracer\nbus = west\naddress = 2\n'
    printf '[bus deaf]\nline = sim\nsilent = 1\nevery = 1\n[device deaf]\ndriver = tracer\nbus = deaf\naddress = 3\nallow_tell = yes\n'
    printf '[bus cabin]\nline = sim\nat = 12:00\nspeed = 1000000\nturnaround = 1\nevery = 1\n'
    printf '[device hub]\ndriver = mate\nbus = cabin\nallow_tell = yes\n'
    printf '[sink mqtt]\nkind = mqtt\nage = 0\nport = %s\n' "$PORT"
    [ $# = 0 ] || printf '%s\n' "$@"
}
start() {
    "$HELIO" run -c helio.conf --record "$1" >/dev/null 2>>daemon.err &
    DAEMON=$!
    twins+=($!)
    until_true 20 eval '"$HELIO" status >/dev/null 2>&1' || fail "the daemon did not start: $(tail -3 daemon.err)"
    until_true 20 heard all 'south/state' || fail "no state came"
}
writes() { grep -cE '^> (01 (05|06|10)|02 (05|06|10)|03 (05|06|10)|0[0-9] 03 00)' "$1"; }

# result TOPIC: waits for the next one there, into RESULT
declare -A had
result() {
    local topic=$1/result
    more() { [ "$(grep -cF " $topic {" all)" -gt "${had[$topic]:-0}" ]; }
    until_true 30 more || fail "no result on $topic"
    had[$topic]=$((${had[$topic]:-0} + 1))
    RESULT=$(grep -F " $topic {" all | sed -n "${had[$topic]}p" | cut -d' ' -f3-)
}
# order WORD-OF-THE-RESULT TOPIC VALUE OPTIONS...
order() {
    local wanted=$1 topic=$2 value=$3
    shift 3
    say "$topic" "$value" "$@"
    result "$topic"
    [ "$(python3 -c 'import json, sys; print(json.loads(sys.argv[1])["result"])' "$RESULT")" = "$wanted" ] ||
        fail "$topic = $value: not $wanted: $RESULT"
}

# ---- not allowed ----------------------------------------------------------------------------------
listen all -t 'helio/#'
settings >helio.conf
start none.log
say helio/south/set/load_manual off
silent() { [ "$(grep -c '/result' all)" = 0 ]; }
stays 1 silent || fail "somebody listens without allow_tell"
daemon_end
[ "$(writes none.log)" = 0 ] || fail "something was written without allow_tell"

# an order while nobody is there is no order; a retained one is none either
say helio/south/set/load_manual off
say helio/south/set/float_voltage 27.0 -r
settings 'allow_tell = yes' >helio.conf
: >all
start wire.log
result helio/south/set/float_voltage
[[ $RESULT == *retained* ]] || fail "a retained order: $RESULT"
order data helio/south/set/float_voltage '' -r # taken away again

# ---- allowed, once each ---------------------------------------------------------------------------
order ok helio/south/set/load_manual off
[[ $RESULT == *'read back'* ]] || fail "not read back: $RESULT"
order ok helio/south/set/load_manual on
[ "$(writes wire.log)" = 2 ] || fail "not one write each: $(writes wire.log)"
until_true 20 heard all 'helio/south/event' || fail "being told is no event"

# ---- refused --------------------------------------------------------------------------------------
order usage helio/south/set/float_voltage 99
order usage helio/south/set/float_voltage 'much'
order unknown helio/south/set/flaot_voltage 27
order denied helio/east/set/load_manual off
[[ $RESULT == *allow_tell* ]] || fail "$RESULT"
order absent helio/nobody/set/load_manual off
order data helio/south/set/load_manual ''
order data helio/south/set/load_manual "$(head -c 200 /dev/zero | tr '\0' x)"
order data helio/south/set/load_manual $'on\toff'
order unknown helio/south/set/clock_of_mine "{\"a\": \"\\\"}"
say 'helio/south/set/load_manual/deeper' off
say 'helio/south/set' off
[ "$(writes wire.log)" = 2 ] || fail "a refused order was written"

# ---- what would go dark ---------------------------------------------------------------------------
until_true 30 heard all 'hub-fx2/state' || fail "no unit behind the hub"
before=$(writes wire.log)
order denied helio/hub-fx2/set/inverter_control off
[ "$(writes wire.log)" = "$before" ] || fail "the house went dark"

# ---- nobody answers: said once, never again -------------------------------------------------------
say helio/deaf/set/load_manual off
result helio/deaf/set/load_manual
[[ $RESULT == *'"ok": false'* ]] || fail "$RESULT"
lost() { [ "$(grep -c '^> 03 05' wire.log)" -le 1 ]; }
stays 1 lost || fail "a lost order was tried $(grep -c '^> 03 05' wire.log) times"

# ---- a storm: each has its answer, what was done is what was written ------------------------------
before=$(writes wire.log) answers=$(grep -c 'south/set/load_manual/result' all)
for i in $(seq 100); do [ $((i % 2)) = 0 ] && echo on || echo off; done |
    mosquitto_pub -h 127.0.0.1 -p "$PORT" -q 1 -t helio/south/set/load_manual -l
answered() { [ "$(grep -c 'south/set/load_manual/result' all)" -ge $((answers + 100)) ]; }
until_true 40 answered || fail "$(grep -c 'south/set/load_manual/result' all) answers, not $((answers + 100))"
done_well=$(grep 'south/set/load_manual/result' all | tail -n 100 | grep -c '"ok": true')
[ $(($(writes wire.log) - before)) -le "$done_well" ] || fail "$done_well done, but $(($(writes wire.log) - before)) written"
until_true 20 heard all south/state
echo "storm of 100: $done_well done, $(($(writes wire.log) - before)) written, the rest told they came too fast"

# ---- refused without end: each has its answer, and the log is no longer for that ---------------------
yes on | head -n 100 | mosquitto_pub -h 127.0.0.1 -p "$PORT" -q 1 -t helio/nobody/set/storm -l
answered() { [ "$(grep -c 'nobody/set/storm/result' all)" -ge 100 ]; }
until_true 40 answered || fail "$(grep -c 'nobody/set/storm/result' all) answers to 100 that were refused"
told=$(grep -c 'nobody/set/storm: refused' daemon.err || true)
[ "$told" -le 40 ] || fail "$told lines of 100 refused orders"

# ---- the connection breaks while an order is under way: no second write -----------------------------
before=$(writes wire.log)
say helio/south/set/load_manual_mode on
server_end b KILL
broker_again b
unlisten
listen all -t 'helio/#'
until_true 40 stands helio/bridge/availability online || fail "not connected again"
once_at_most() { [ $(($(writes wire.log) - before)) -le 1 ]; }
stays 1 once_at_most || fail "a broken connection made two writes of one order"
daemon_end

# ---- said aloud -----------------------------------------------------------------------------------
settings 'allow_tell = yes' 'allow_cut_power = yes' >helio.conf
had=()
: >all
start dark.log
until_true 30 heard all 'hub-fx2/state' || fail "no unit behind the hub"
order ok helio/hub-fx2/set/inverter_control off
daemon_end
[ "$(writes dark.log)" = 1 ] || fail "not one write: $(writes dark.log)"

settings 'allow_cut_power = yes' >helio.conf
expect 78 "$HELIO" check --offline -c helio.conf
has err 'nothing without allow_tell'

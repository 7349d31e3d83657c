#!/usr/bin/env bash
# An inverter is swapped for one of another serial number: what was told of the former one is
# cleared before the new one is told, else Home Assistant gives it ids with a number behind.
source "$HELIO_SOURCE/tests/flows/lib.sh"
source "$HELIO_SOURCE/tests/flows/_servers.sh"
source "$HELIO_SOURCE/tests/flows/_mosquitto.sh"
fast_clock 5

twin() { # SERIAL
    "$HELIO" sim axpert --link "$TESTS_TMP/ax" --at 12:00 --serial "$1" >sim.out 2>&1 &
    TWIN=$!
    twins+=($!)
    until_true 10 test -e "$TESTS_TMP/ax" || fail "no twin: $(cat sim.out)"
}

broker_start b
twin 92932004100443
cat >a.ini <<INI
[store]
path = $TESTS_TMP/a.db
[bus shed]
line = serial:$TESTS_TMP/ax
shared = no
every = 1
[device ax]
driver = axpert
bus = shed
[sink ha]
kind = mqtt
port = $PORT
age = 0
discovery = device
INI
listen told -t 'homeassistant/device/+/config'
daemon a.ini
until_true 30 grep -q 'helio_92932004100443/config {' told || fail "the first is not told: $(cut -c1-80 told)"
kill "$TWIN"
wait "$TWIN" 2>/dev/null
forget "$TWIN"
rm -f "$TESTS_TMP/ax"
twin 92932004200001
until_true 60 grep -q 'helio_92932004200001/config {' told || fail "the new one is not told: $(cut -c1-80 told; cat daemon.err)"
gone=$(grep -nE 'helio_92932004100443/config *$' told | head -1 | cut -d: -f1)
came=$(grep -n 'helio_92932004200001/config {' told | head -1 | cut -d: -f1)
[ -n "$gone" ] && [ "$gone" -lt "$came" ] || fail "the new one stands beside the old one: cleared in line ${gone:-none}, told in $came"
echo "cleared before the new one was told: yes"

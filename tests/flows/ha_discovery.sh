#!/usr/bin/env bash
# Home Assistant is told of a house of all four families: every entity is held against its rules,
# and against what the states say; wrong payloads are refused; devices that leave or get another
# name leave nothing behind; both forms, and the way from one to the other; purge.
source "$HELIO_SOURCE/tests/flows/lib.sh"
source "$HELIO_SOURCE/tests/flows/_servers.sh"
source "$HELIO_SOURCE/tests/flows/_mosquitto.sh"
source "$HELIO_SOURCE/tests/flows/_ha_house.sh"
needs python3 sqlite3
python3 -c 'import jinja2' 2>/dev/null || { echo "skipped: python3-jinja2 is not installed"; exit 77; }

states() { # FILE: the last state of every device
    : >states.heard
    mosquitto_sub -h 127.0.0.1 -p "$PORT" -F '%t	%p' -t 'helio/+/state' -t 'helio/+/availability' >>states.heard 2>/dev/null &
    LISTENER=$!
    twins+=($!)
    until_true 20 all_said || fail "some device has no state: $(cut -f1 states.heard | sort | uniq -c)"
    unlisten
    cp states.heard "$1"
}
# two states at least of every device that is there; a hub has none of its own
all_said() {
    local device
    for device in $(sed -n 's|^helio/\([^/]*\)/availability\tonline$|\1|p' states.heard | grep -vxE 'bridge|hub' | sort -u); do
        [ "$(grep -c "^helio/$device/state" states.heard)" -ge 2 ] || return 1
    done
    [ -n "${device:-}" ]
}

broker_start b
ha_house a device
daemon a.ini
has_all() { retained now.tsv && judge energy now.tsv >energy 2>/dev/null; }
until_true 60 has_all || fail "$(judge energy now.tsv 2>&1)"
until_true 40 settled 10 || fail "discovery never settles"
retained first.tsv
states said.tsv
judge judge first.tsv said.tsv >judged || fail "Home Assistant would refuse: $(cat judged)"
echo "device form: $(cat judged)"
echo "for the energy dashboard: $(cat energy)"
refused=$(judge broken first.tsv) || fail "a wrong payload: $(judge broken first.tsv 2>&1)"
between 20 "$refused" 100
echo "payloads made wrong and refused, each for its own reason: $refused"
judge ids first.tsv >ids
cat first.tsv said.tsv >both.tsv
echo "entities unavailable: $(judge there both.tsv ids)"
[ "$(judge there both.tsv ids)" = 0 ] || fail "$(judge there both.tsv ids 2>&1)"

# What may be told is a command here, and only where it may be: south says allow_tell, east does not.
grep -q 'helio_south_set_battery_capacity.*helio/south/set/battery_capacity' first.tsv || fail "no command for south"
has_not first.tsv helio_south_set_float_voltage # its battery is not of type user: it would be refused
grep -q 'helio_south_set_clock' first.tsv || fail "no button for the clock of south"
has_not first.tsv helio_east_set_
[ "$(grep -c '"via_device": "helio_92932004100443"' first.tsv)" -ge 2 ] || fail "units behind ax do not say so"
has_not first.tsv '"via_device": "helio_hub"' # which is no device of its own

# What Home Assistant sends when somebody turns a knob, picks a word, throws a switch, presses.
listen results -t 'helio/south/set/+/result'
while IFS=$'\t' read -r topic payload; do
    say "$topic" "$payload"
    until_true 20 grep -q " $topic/result .*\"ok\": *true" results || fail "$topic $payload: $(cat results)"
done < <(judge knobs first.tsv said.tsv helio_south)
between 4 "$(grep -c '"ok": *true' results)" 4
echo "orders as Home Assistant sends them, carried out: $(grep -c '"ok": *true' results)"

# Who they are, where their page is, and helio itself.
for said in '"name": "South Roof"' '"mdl": "Tracer2215BN"' '"sw": "V02.13+V07.24"' '"mdl": "MKS2-8000"' '"mdl": "FLEXnet DC"' \
    '"cu": "http://192.0.2.7:8080/"' '"name": "Heliograph"' '"uniq_id": "helio_bridge_wire_roof_failed"' \
    '"uniq_id": "helio_south_connection"'; do
    heard first.tsv "$said" || has first.tsv "$said" || fail "nobody says $said"
done
# A knob shows at once where it stands, and what is refused is seen with its reason.
listen after -t helio/south/state -t helio/south/order
say helio/south/set/battery_capacity 123
until_true 3 grep -q 'south/state .*"battery_capacity": *123' after || fail "not shown: $(grep -o '"battery_capacity": *[0-9]*' after | tail -1)"
say helio/south/set/battery_type user
takes_voltages() { retained now.tsv && grep -q helio_south_set_float_voltage now.tsv; }
until_true 20 takes_voltages || fail "no knob for a voltage that is taken now"
say helio/south/set/battery_type sealed
until_true 20 eval '! takes_voltages' || fail "a knob that can only be refused"
say helio/south/set/load_default_on on
until_true 3 grep -q 'south/state .*"load_default_on": *true' after || fail "a coil is not shown"
say helio/south/set/battery_capacity 99999
until_true 3 grep -q 'south/order .*"event_type": *"refused".*outside' after || fail "nobody sees why: $(grep order after)"
grep -q 'south/order .*"event_type": *"done"' after || fail "what was done is not seen"

# ---- what is shown is what was told ---------------------------------------------------------------
# what a device lost since the start is told as lost, and shown no more
without_gone() { sed -E 's/, "[a-z_0-9]*": \{"p": "[a-z_]*"\}//g'; }
shown() {
    retained now.tsv && "$HELIO" discovery show --raw -c a.ini >shown.tsv 2>said &&
        diff <(grep '^homeassistant/' now.tsv | without_gone | sort) <(without_gone <shown.tsv | sort) >other
}
until_true 30 shown || fail "shown is not what was told: $(cat said; cut -c1-300 other | head -4)"
echo "messages shown as they were told: $(wc -l <shown.tsv)"
expect 0 "$HELIO" discovery show south -c a.ini
python3 - out shown.tsv <<'PYTHON' || fail "show south, for eyes, says something else"
import json, sys
raw = dict(line.rstrip("\n").split("\t") for line in open(sys.argv[2]))
topic, eyes = None, {}
for line in open(sys.argv[1]):
    if line.startswith("homeassistant/"):
        topic = line.strip()
    else:
        eyes[topic] = eyes.get(topic, "") + line
assert all("helio_south" in topic for topic in eyes) and len(eyes) == sum("helio_south" in topic for topic in raw) > 0
assert all(json.loads(text) == json.loads(raw[topic]) and text.count("\n") > 50 for topic, text in eyes.items())
PYTHON
expect 64 "$HELIO" discovery show nobody -c a.ini
has err 'there is no device "nobody"'

# ---- a device less, and one with another name -----------------------------------------------------
daemon_end
sed -i '/^\[device gw\]/,/^bus = grid/d; /^\[bus grid\]/,/^at/d; s/^\[device east\]/[device attic]/; s/members = south, east/members = south, attic/' a.ini
daemon a.ini
clean() { retained now.tsv && ! grep -E '13600DSN|helio_east|helio/east|helio/gw' now.tsv && grep -q helio_attic now.tsv; }
until_true 40 clean >/dev/null || fail "left over: $(grep -E '13600DSN|east|gw' now.tsv | cut -c1-80)"
echo "left over of a device that went and one that got another name: 0"
grep -Ev '13600DSN|helio_east_|wire_grid' ids | sort >kept
looked_at=
none_lost() { is_news && judge ids now.tsv >by_device && [ -z "$(comm -23 kept <(sort by_device))" ]; }
sed 's/helio_east_/helio_attic_/; /13600DSN/d; /wire_grid/d' ids | sort >wanted
all_there() { none_lost && [ -z "$(comm -23 wanted <(sort by_device))" ] && looked_at=; }
until_true 60 all_there || fail "discovery never settles with another name: $(comm -23 wanted <(sort by_device) | head -3)"

# ---- each entity by itself, and back --------------------------------------------------------------
daemon_end
rm -f moves; listen moves -t 'homeassistant/device/+/config'
sed -i 's/^discovery = device/discovery = entity/' a.ini
daemon a.ini
no_devices() { retained now.tsv && ! grep -q 'homeassistant/device/' now.tsv && grep -q homeassistant/sensor/ now.tsv; }
until_true 60 no_devices || fail "the devices' payloads stay: $(grep -c homeassistant/device/ now.tsv)"
heard moves '{"migrate_discovery": true}' || fail "nobody was told that entities move"
until_true 60 knows by_device || fail "other unique ids by entity: $(diff by_device have | head -5)"
retained second.tsv
states said.tsv
judge judge second.tsv said.tsv >judged || fail "by entity: $(cat judged)"
echo "entity form: $(cat judged)"

daemon_end
rm -f moves; listen moves -t 'homeassistant/sensor/+/+/config'
sed -i 's/^discovery = entity/discovery = device/' a.ini
daemon a.ini
only_devices() { retained now.tsv && grep -q homeassistant/device/ now.tsv && ! grep -q '^homeassistant/sensor/' now.tsv; }
until_true 60 only_devices || fail "entities stay: $(grep -c homeassistant/sensor/ now.tsv)"
heard moves '{"migrate_discovery": true}' || fail "entities were not told that they move"

# ---- purge, by the daemon and alone ---------------------------------------------------------------
expect 0 "$HELIO" discovery purge -c a.ini
has out "topics cleared"
nothing() { retained now.tsv && ! grep -q '^homeassistant/' now.tsv; }
until_true 10 nothing || fail "purge left $(grep -c ^homeassistant/ now.tsv)"
stays 2 nothing || fail "something came back after the purge"
daemon_end
daemon a.ini
until_true 60 knows by_device || fail "not told again after a start: $(diff by_device have | head -5)"
daemon_end
expect 0 "$HELIO" discovery purge -c a.ini
nothing || fail "purge without a daemon left $(grep -c ^homeassistant/ now.tsv)"
echo "left standing after a purge: 0"
expect 0 "$HELIO" discovery purge -c a.ini
has out "ha: 0 topics cleared"
expect 64 "$HELIO" discovery -c a.ini
expect 69 "$HELIO" discovery show -c a.ini
has err "no daemon runs"

# ---- shown with no broker at all ------------------------------------------------------------------
{
    house_ini away
    printf '[sink ha]\nkind = mqtt\nserver = 127.0.0.1\nport = 9\ndiscovery = device\n'
} >away.ini
daemon away.ini
shows() { "$HELIO" discovery show south -c away.ini 2>&1 | grep -q pv_power; }
until_true 30 shows || fail "nothing is shown while the broker is away: $("$HELIO" discovery show south -c away.ini 2>&1 | head -3)"
daemon_end

# A house of all four families and a group, for Home Assistant; sourced after _mosquitto.sh.
# ha_house NAME FORM [LINES OF THE SINK]: NAME.ini with a store of its own, for the broker at PORT
ha_house() {
    local name=$1 form=$2
    shift 2
    cat >"$name.ini" <<INI
[site]
name = cabin
[store]
path = $TESTS_TMP/$name.db
[bus roof]
line = sim
every = 0.5
at = 12:00
[bus shed]
line = sim
every = 0.5
at = 12:00
speed = 115200
model = parallel
[bus cellar]
line = sim
every = 0.2
at = 12:00
model = house
[bus grid]
line = sim
every = 0.5
at = 12:00
[device south]
title = South Roof
driver = tracer
bus = roof
address = 1
allow_tell = yes
[device east]
driver = tracer
bus = roof
address = 2
[device ax]
driver = axpert
bus = shed
allow_tell = yes
[device hub]
driver = mate
bus = cellar
allow_tell = yes
[device gw]
driver = goodwe
bus = grid
[group house]
members = south, east
[sink ha]
kind = mqtt
port = $PORT
age = 0
allow_tell = yes
discovery = $form
page = http://192.0.2.7:8080/
$(printf '%s\n' "$@")
INI
}

# What stands at the broker now: TOPIC<tab>PAYLOAD
retained() { what_stands "$1" -t 'homeassistant/#' -t 'helio/#'; } # FILE
# What Home Assistant would know now, in one word
known() { retained now.tsv && grep -a '/config	' now.tsv | sort | md5sum; }

# Are so many configs there, and none new in the rounds since?
settled() { # LEAST
    local before after
    before=$(known)
    sleep 1.5
    after=$(known)
    [ "$before" = "$after" ] && [ "$(grep -ac '/config	' now.tsv)" -ge "$1" ]
}
# is_news: is it other than at the last look? What was judged once need not be judged again.
looked_at=
is_news() {
    local now
    now=$(known)
    [ -n "$now" ] && [ "$now" != "$looked_at" ] && looked_at=$now
}
# Does Home Assistant know just the entities of this list?
knows() { # IDS
    is_news && judge ids now.tsv >have 2>/dev/null && cmp -s "$1" have && looked_at=
}
judge() { python3 "$HELIO_SOURCE/tests/flows/_ha_rules.py" "$@"; }

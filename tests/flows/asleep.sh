# Panels give nothing by night: whoever they feed is asleep, and no fault. By day it is one.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"

# A place on the equator where it is midnight now, or noon: the flow runs at any hour.
hour=$(date -u +%-H)
midnight=$((-15 * hour < -180 ? 360 - 15 * hour : -15 * hour))
noon=$((midnight > 0 ? midnight - 180 : midnight + 180))

settings() { # LONGITUDE LINE
    cat >a.ini <<INI
[site]
latitude = 0
longitude = $1
[store]
path = $TESTS_TMP/helio.db
[bus roof]
line = $2
every = 1
[device south]
driver = goodwe
bus = roof
INI
}

quiet_by_night() {
    expect 0 "$HELIO" once -c a.ini # and not a word: cron would send it by mail all night
    [ ! -s out ] && [ ! -s err ] || { cat out err >&2; fail "a snapshot by night has something to say"; }
    expect 0 "$HELIO" read -c a.ini south pv_power
    [ ! -s out ] || fail "it printed $(cat out)"
    has err "south: asleep: the sun is down"
    [ "$(wc -l <err)" = 1 ] || fail "read says more than that: $(cat err)"
}
loud_at_noon() {
    expect 69 "$HELIO" once -c a.ini
    [ -s err ] || fail "a fault at noon has nothing to say"
    has_not err "asleep"
}

# ---- its node is gone ----------------------------------------------------------------------------
settings "$midnight" "serial:/dev/not-there"
quiet_by_night
expect 0 "$HELIO" once --print -c a.ini
has out "asleep"
expect 0 "$HELIO" once --json -c a.ini
has out '"result": "asleep"'
expect 69 "$HELIO" ask -c a.ini south running # nothing was asked
expect 0 "$HELIO" watch --for 60 --rounds 1 -c a.ini
has out "asleep"
has out "together: all asleep"
"$HELIO" check -c a.ini >out 2>err
has out "asleep"
settings "$noon" "serial:/dev/not-there"
loud_at_noon
expect 69 "$HELIO" read -c a.ini south pv_power
has_not err "asleep"
settings "$midnight" "serial:/dev/not-there"
sed -i 's/^bus = roof/&\nsleeps = no/' a.ini
loud_at_noon # and at any other hour

# ---- it is mute ----------------------------------------------------------------------------------
mute="sim
silent = 1"
settings "$midnight" "$mute"
quiet_by_night
settings "$noon" "$mute"
loud_at_noon

# ---- the daemon ----------------------------------------------------------------------------------
settings "$midnight" "serial:/dev/not-there"
daemon a.ini
until_true 10 eval '[ "$(status_get devices.0.state)" = asleep ]' || fail "status does not say so"
expect 0 "$HELIO" status
has out "asleep"
has_not out "not there"
expect 0 "$HELIO" once -c a.ini
[ "$(status_get store.appended)" = 0 ] || fail "something was stored"

# ---- half a place is none ------------------------------------------------------------------------
settings "$midnight" "sim"
sed -i '/^latitude/d' a.ini
expect 78 "$HELIO" check --offline -c a.ini
has err "latitude: is missing"

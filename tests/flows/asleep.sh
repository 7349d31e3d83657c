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

for line in "serial:/dev/not-there" "sim
silent = 1"; do
    settings "$midnight" "$line"
    expect 0 "$HELIO" once -c a.ini # and not a word: cron would send it by mail all night
    [ ! -s out ] && [ ! -s err ] || { cat out err >&2; fail "a snapshot by night has something to say"; }
    expect 0 "$HELIO" once --print -c a.ini
    has out "asleep"
    expect 0 "$HELIO" once --json -c a.ini
    has out '"result": "asleep"'
    expect 0 "$HELIO" read -c a.ini south pv_power
    [ ! -s out ] || fail "it printed $(cat out)"
    has err "south: asleep: the sun is down"
    [ "$(wc -l <err)" = 1 ] || fail "read says more than that: $(cat err)"
    expect 69 "$HELIO" ask -c a.ini south running
    expect 0 "$HELIO" watch --for 3 --rounds 2 -c a.ini
    has out "asleep"
    has out "together: all asleep"
    "$HELIO" check -c a.ini >out 2>err
    has out "asleep"

    settings "$noon" "$line"
    expect 69 "$HELIO" once -c a.ini
    [ -s err ] || fail "a fault at noon has nothing to say"
    expect 69 "$HELIO" read -c a.ini south pv_power
    has_not err "asleep"

    settings "$midnight" "$line"
    sed -i 's/^bus = roof/&\nsleeps = no/' a.ini
    expect 69 "$HELIO" once -c a.ini
done

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

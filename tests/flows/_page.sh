# A simulated plant with forty days behind it, and its page looked at in a real browser; sourced.
user_home=$HOME
. "$here/lib.sh"
. "$here/_servers.sh"
top=${HELIO_SOURCE:-$here/../..}
needs curl python3 gzip
"$HELIO" list settings | grep -q mate_token_file || {
    echo "skipped: built without its web floor"
    exit 77
}

free_port port
base=http://127.0.0.1:$port
cat >a.ini <<INI
[site]
name = Hillside
timezone = Europe/Sofia
[store]
path = $TESTS_TMP/helio.db
[bus roof]
line = sim
every = 1
at = 11:20
time_scale = 60
[device south]
driver = tracer
bus = roof
address = 1
allow_tell = yes
[device east]
driver = tracer
bus = roof
address = 2
[bus shed]
line = sim
every = 1
at = 11:20
time_scale = 60
[device inverter]
driver = mate_fx
bus = shed
address = 2
allow_tell = yes
[device shunt]
driver = mate_dc
bus = shed
address = 3
[bus cellar]
line = sim
every = 2
at = 11:20
time_scale = 60
[device kitchen]
driver = axpert
bus = cellar
[bus gone]
line = sim
every = 1
dead = 3
[device attic]
driver = tracer
bus = gone
address = 3
[group house]
pv = south, east
battery = shunt
load = kitchen
grid = inverter
[web]
enabled = yes
port = $port
allow_tell = yes
token_file = $TESTS_TMP/token
INI
token=made-up-$RANDOM$RANDOM
(umask 077 && echo "$token" >token)
python3 "$top/tests/page/make_days.py" "$(date +%s)" >days.csv || fail "no days were made"
expect 0 "$HELIO" import -c a.ini days.csv
"$HELIO" run -c a.ini >run.log 2>&1 &
daemon=$!
twins+=($daemon)
ready $daemon "$base/readyz" run.log

# look_at FILE: goes through the checks of tests/page/FILE; $LOOK may name the only ones wanted
look_at() {
    needs node npm "${CHROMIUM:-/usr/bin/chromium}"
    local packages=$top/build/npm-page pictures=$top/build/pictures code=0
    HOME=$user_home flock "$top/build" "$top/tests/dashboards/npm.sh" "$top/tests/page" "$packages" || code=$?
    [ $code != 77 ] || {
        echo "skipped: npm's packages cannot be had"
        exit 77
    }
    [ $code = 0 ] || fail "npm's packages were not installed"
    mkdir -p "$pictures"
    TOKEN=$token HELIO_SOURCE=$top node "$top/tests/page/look.mjs" "$base" "$packages" "$pictures" "$1" ${LOOK:-} || fail "the page is not as it should be"
    has_not run.log "$token"
    kill -0 $daemon || fail "the daemon is gone: $(tail -5 run.log)"
}

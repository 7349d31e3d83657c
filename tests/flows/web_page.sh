#!/usr/bin/env bash
# The page in a real browser, on a simulated plant with forty days behind it: numbers move, charts
# zoom and keep gaps, tables are what the API says, on a phone and on a wall, by keyboard, offline.
here=$(cd "$(dirname "$0")" && pwd)
user_home=$HOME
. "$here/lib.sh"
. "$here/_servers.sh"
top=${HELIO_SOURCE:-$here/../..}
needs curl python3 gzip
"$HELIO" list settings | grep -q mate_token_file || {
    echo "skipped: built without its web floor"
    exit 77
}

port=$(free_port)
base=http://127.0.0.1:$port
cat >a.ini <<INI
[site]
name = Hillside
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

# ---- how it is served ----

get() { curl -s -D head -o body "$@"; }
get "$base/"
has head "Content-Security-Policy: default-src 'self'"
has head "Cache-Control: no-cache"
has body "<title>Heliograph</title>"
has_not head "Content-Encoding"
mark=$(tr -d '\r' <head | awk 'tolower($1) == "etag:" { print $2 }')
[ "$(curl -s -o /dev/null -w '%{http_code}' -H "If-None-Match: $mark" "$base/")" = 304 ] || fail "an unchanged page is sent anew"
cp body plain.html
get -H 'Accept-Encoding: gzip' "$base/"
has head "Content-Encoding: gzip"
has head "Vary: Accept-Encoding"
gzip -dc <body | cmp -s - plain.html || fail "packed is not what is plain"
part=$(grep -o 'page/[0-9a-f]*/app.js' plain.html)
get "$base/$part"
has head "immutable"
has head "text/javascript"
[ "$(curl -s -o /dev/null -w '%{http_code}' "$base/page/nothing.js")" = 404 ] || fail "what is not there is found"
[ "$(curl -s -o /dev/null -w '%{http_code}' -X POST "$base/$part")" = 405 ] || fail "a part can be posted to"
curl -s "$base/api/v1/catalogue" -o catalogue.json
curl -s -H 'Accept-Encoding: gzip' "$base/api/v1/catalogue" -o catalogue.gz
gzip -dc catalogue.gz | cmp -s - catalogue.json || fail "a packed answer is not what it is plain"
curl -s "$base/api/v1/health" -D head -o /dev/null
has head "Content-Security-Policy: default-src 'none'"

# No metric is named in the page: all of it comes from the catalogue.
"$HELIO" list metrics --as json | grep -oE '"metric": "[a-z0-9_]+_[a-z0-9_]+"' | cut -d'"' -f4 >names
if grep -rwnFf names "$top/web/page" --include='*.js' --include='*.html'; then
    fail "the page knows metrics by name"
fi

# ---- in a browser ----

needs node npm "${CHROMIUM:-/usr/bin/chromium}"
packages=$top/build/npm-page
code=0
HOME=$user_home "$top/tests/dashboards/npm.sh" "$top/tests/page" "$packages" || code=$?
[ $code != 77 ] || {
    echo "skipped: npm's packages cannot be had"
    exit 77
}
[ $code = 0 ] || fail "npm's packages were not installed"
pictures=$top/build/pictures
mkdir -p "$pictures"
TOKEN=$token node "$top/tests/page/look.mjs" "$base" "$packages" "$pictures" || fail "the page is not as it should be"
has_not run.log "$token"
kill -0 $daemon || fail "the daemon is gone: $(tail -5 run.log)"

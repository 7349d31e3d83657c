# Settings change while the daemon runs: wrong ones are refused and told by line, one device changes and
# the others miss nothing, passwords and tokens are changed and deliveries go on without a loss. None of
# these secrets is ever said: not in logs, answers, lists, or the store.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
. "$HELIO_SOURCE/tests/flows/_mosquitto.sh"
. "$HELIO_SOURCE/tests/flows/_web.sh"
needs sqlite3 python3 curl mosquitto mosquitto_passwd

# secret NAME WORD: into a file for us alone
secrets=()
secret() {
    (umask 077 && printf '%s\n' "$2" >"$1")
    secrets+=("$2")
}
influx_old=influx-old-$RANDOM$RANDOM influx_new=influx-new-$RANDOM$RANDOM
mqtt_old=mqtt-old-$RANDOM$RANDOM mqtt_new=mqtt-new-$RANDOM$RANDOM
web_old=web-old-$RANDOM$RANDOM web_new=web-new-$RANDOM$RANDOM
secret influx "$influx_old"
secret mqtt "$mqtt_old"
secret web "$web_old"

stand_in_start sink --api v2
influx=$URL
stand_in_set sink token="$influx_old"
mosquitto_passwd -c -b pw solar "$mqtt_old" && mosquitto_passwd -b pw eye sees && chmod 600 pw
broker_start broker 'allow_anonymous false' "password_file $TESTS_TMP/pw"
free_port port
web=http://127.0.0.1:$port

# settings EVERY-OF-SHED LINES OF EAST...
settings() {
    local every=$1
    shift
    cat >next.ini <<INI
[store]
path = $TESTS_TMP/helio.db
[bus roof]
line = sim
every = 1
speed = 1000000
turnaround = 1
[bus shed]
line = sim
every = $every
[device south]
driver = tracer
bus = roof
allow_tell = yes
[device east]
driver = tracer
bus = shed
address = 2
$(printf '%s\n' "$@")
[sink influx]
kind = influx
api = v2
url = $influx
org = o
bucket = b
token_file = $TESTS_TMP/influx
age = 0
[sink mqtt]
kind = mqtt
port = $PORT
user = solar
password_file = $TESTS_TMP/mqtt
catch_up = everything
age = 0
[web]
enabled = yes
port = $port
allow_tell = yes
token_file = $TESTS_TMP/web
INI
    mv next.ini a.ini
}

reloads=0 refusals=0
count_of() { grep -cF -- "$1" daemon.err; }
more_of() { [ "$(count_of "$1")" -gt "$2" ]; }
# reload WORDS: HUP, and the words are in the log once more
reload() {
    local before
    before=$(count_of "$1")
    kill -HUP "$DAEMON"
    until_true 20 more_of "$1" "$before" || fail "after HUP nobody said: $1"
    reloads=$((reloads + 1))
}
# refused KEY WORD LINES...: settings that are wrong in this line: the old ones go on
refused() {
    local key=$1 word=$2 line
    shift 2
    settings 1 "$@"
    line=$(grep -nE "^$key( |=)" a.ini | tail -1 | cut -d: -f1)
    : >told.before
    cp daemon.err told.before
    reload "the old settings hold"
    refusals=$((refusals + 1))
    tail -c +$(($(stat -c %s told.before) + 1)) daemon.err >told
    has told "a.ini"
    grep -F "$key" told | grep -qE "(:|line )$line\b" || { cat told >&2; fail "line $line is not named"; }
    [ -z "$word" ] || has told "did you mean \"$word\""
}
delivers() { [ "$(status_get "sinks.$1.backlog")" -le 3 ]; }

settings 1
listen heard -u eye -P sees -t 'helio/+/state'
daemon a.ini
until_true 20 heard heard 'helio/south/state' || fail "nothing is published"

# ---- wrong settings: the old ones hold ---------------------------------------------------------------
refused adress address 'adress = 3'
refused evry every 'evry = 2'
refused address '' 'address = soon'
[ "$(status_get devices.1.state)" = online ] || fail "a refused reload took east away"

# ---- one device changes ------------------------------------------------------------------------------
settings 0.5
before=$(count_of "roof: has changed")
reload "settings read again"
has daemon.err "shed: has changed"
[ "$(count_of "roof: has changed")" = "$before" ] || fail "roof was begun anew"

# ---- secrets change: the far side first, then the file, then HUP --------------------------------------
away() { "$HELIO" status --json | grep -q "$1"; }
until_true 20 delivers 0 || fail "influx is behind"
stand_in_set sink token="$influx_new"
until_true 30 away 'token is wrong' || fail "status does not say that the token is wrong"
secret influx "$influx_new"
reload "settings read again"
until_true 60 delivers 0 || fail "the new token is not used"

mosquitto_passwd -b pw solar "$mqtt_new"
kill -HUP "${PIDS[broker]}"
until_true 30 away 'refuses the user' || fail "status does not say that the password is wrong"
secret mqtt "$mqtt_new"
reload "settings read again"
until_true 60 delivers 1 || fail "the new password is not used"

# tell TOKEN: the status of a wish that changes nothing
tell() {
    curl -s -o body -w '%{http_code}' -X POST -H "Authorization: Bearer $1" -H 'Content-Type: application/json' \
        -d '{"orders": {"load_manual": true}, "dry_run": true}' "$web/api/v1/devices/south/commands"
}
is_told() { [ "$(tell "$1")" = "$2" ]; }
until_true 20 is_told "$web_old" 200 || fail "the token of the web is not taken: $(cat body)"
secret web "$web_new"
reload "settings read again"
until_true 20 is_told "$web_new" 200 || fail "the new token of the web is not taken: $(cat body)"
is_told "$web_old" 401 || is_told "$web_old" 403 || fail "the old token is still taken"

# ---- everything that anybody may ask to see -----------------------------------------------------------
mkdir -p seen
"$HELIO" status >seen/status 2>&1
"$HELIO" status --json >seen/status.json 2>&1
"$HELIO" list settings --effective -c a.ini >seen/effective 2>&1
"$HELIO" list settings --effective --as json -c a.ini >seen/effective.json 2>&1
"$HELIO" check -c a.ini --look >seen/check 2>&1
"$HELIO" check -c a.ini --look --json >seen/check.json 2>&1
"$HELIO" check -c a.ini --offline -v --trace >seen/trace 2>&1
has seen/effective token_file
for path in catalogue devices board sinks health events commands openapi.json 'energy?device=south&metric=pv_energy' \
    'history?device=south&metric=pv_power'; do
    curl -sf "$web/api/v1/$path" >"seen/$(echo "$path" | tr -c 'a-z.\n' _)" || fail "$path does not answer"
done
curl -s -i "$web/metrics" >seen/metrics
curl -s -i "$web/" >seen/page
curl -s -i -H "Authorization: Bearer $web_new" "$web/nowhere/$RANDOM" >seen/nowhere
curl -s -N --max-time 2 "$web/api/v1/live" >seen/live
tr '\0' '\n' <"/proc/$DAEMON/cmdline" >seen/cmdline
"$HELIO" export -c a.ini south >seen/export 2>&1

# ---- the end: all that was stored is there --------------------------------------------------------------
daemon_end TERM
[ "$DAEMON_CODE" = 0 ] || fail "it ended with $DAEMON_CODE"
cp daemon.out daemon.err helio.db* seen/
missed=$(sql "SELECT coalesce(sum(gap / 1000 - 1), 0) FROM (SELECT at - lag(at) OVER (ORDER BY at) AS gap FROM (SELECT DISTINCT at FROM reading r JOIN device d ON d.id = r.device WHERE d.name = 'south' AND kind = 0)) WHERE gap >= 1500")
stored=$(sql "SELECT count(*) FROM reading WHERE kind = 0")
curl -s "$influx/dump" >dump
sql "SELECT r.at FROM reading r JOIN device d ON d.id = r.device WHERE kind = 0 AND d.name = 'south'" | sort -u >stored.at
python3 - stored.at dump <<'PYTHON' >lost || fail "the dump cannot be read"
import re, sys
stored = set(open(sys.argv[1]).read().split())
there = {int(l.rsplit(" ", 1)[1]) for l in open(sys.argv[2]) if "device=south" in l}
unit = 1 if max(there) < 10**14 else 10**6
there = {str(t // unit) for t in there}
print(len(stored - there))
PYTHON
published=$(grep -c '/state ' heard)
found=0
for word in "${secrets[@]}"; do
    hits=$(grep -rlaF -- "$word" seen | tr '\n' ' ')
    [ -z "$hits" ] || { echo "a secret is in $hits" >&2; found=$((found + 1)); }
done
files=$(find seen -type f | wc -l)
echo "reloads $reloads, of these refused $refusals; missed polls $missed; stored $stored, lost at influx $(cat lost)," \
    "published $published; secrets looked for ${#secrets[@]} in $files files, found $found"
[ "$found" = 0 ] || fail "secrets were told"
# A round takes some milliseconds of its second: a busy machine costs one now and then, a reload that
# begins roof anew would cost one each.
[ "$missed" -le $((reloads / 4)) ] || fail "south missed $missed rounds over $reloads reloads"
[ "$(cat lost)" = 0 ] || fail "the database lacks $(cat lost) readings"
[ "$published" -ge "$stored" ] || fail "stored $stored, published $published"

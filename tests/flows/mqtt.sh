#!/usr/bin/env bash
# A real broker: states, availability, events, the last will, MQTT 5, passwords, TLS, an access list.
source "$HELIO_SOURCE/tests/flows/lib.sh"
source "$HELIO_SOURCE/tests/flows/_servers.sh"
source "$HELIO_SOURCE/tests/flows/_mosquitto.sh"
needs sqlite3 python3

# settings LINES-OF-THE-SINK...: two devices, one of them silent and only there while FAR says so
FAR=yes
settings() {
    printf '[store]\npath = %s\n[bus west]\nline = sim\nevery = 1\n' "$TESTS_TMP/helio.db"
    printf '[device south.roof]\ndriver = tracer\nbus = west\naddress = 1\n'
    [ "$FAR" = no ] || printf '[bus far]\nline = sim\nsilent = 1\nevery = 1\n[device far]\ndriver = tracer\nbus = far\naddress = 3\n'
    printf '[sink mqtt]\nkind = mqtt\nage = 0\nport = %s\n' "$PORT"
    printf '%s\n' "$@"
}

# ---- what is said -------------------------------------------------------------------------------
broker_start plain
settings 'keepalive = 5' >helio.conf
listen all -t 'helio/#'
daemon helio.conf
until_true 20 heard all 'helio/south_roof/state' || fail "no state came"
until_true 20 heard all 'helio/south_roof/availability online' || fail "the device does not come online"
stands helio/far/availability unheard || fail "far is $(standing helio/far/availability)"
stands helio/bridge/availability online || fail "the bridge is not online"
[ -z "$(standing helio/south_roof/state)" ] || fail "a state is retained"
many() { [ "$(grep -c south_roof/state all)" -ge 8 ]; }
until_true 20 many || fail "states stopped"

# every key ever, in every state: those of slow blocks from the second on; labels are words
python3 - all <<'PY' || fail "the states are not right"
import json, sys
states = [json.loads(l.split(" ", 2)[2]) for l in open("all") if "south_roof/state" in l]
last = states[-1]
assert last["charge_stage"] in ("not charging", "bulk", "absorb", "float", "equalize"), last["charge_stage"]
assert isinstance(last["pv_power"], (int, float)) and isinstance(last["load_on"], bool), last
assert set(states[0]) <= set(last), set(states[0]) - set(last)
assert all(len(json.dumps(s)) < 16000 for s in states)
PY
"$HELIO" status | grep -q mqtt || fail "status does not name the sink"

# events: the start is one (which may come before the broker is reached: then it is not told), a reload another
kill -HUP "$DAEMON"
until_true 20 heard all 'read again' || fail "the reload was no event"
grep 'bridge/event.*read again' all | head -1 | cut -d' ' -f3- | python3 -c '
import json, sys
e = json.load(sys.stdin)
assert e["who"] == "run" and e["level"] == "note" and "read again" in e["text"], e' || fail "the event is not right"

# a device leaves: its topic goes
FAR=no
settings 'keepalive = 5' >helio.conf
kill -HUP "$DAEMON"
until_true 20 stands helio/far/availability "" || fail "far left a topic behind"

# whoever is killed is told of by the broker, whoever ends tells it
daemon_end KILL
until_true 20 stands helio/bridge/availability offline || fail "no last will"
daemon helio.conf
until_true 20 stands helio/bridge/availability online || fail "not online again"
daemon_end
stands helio/bridge/availability offline || fail "the end was not told"
[ "$DAEMON_CODE" = 0 ] || fail "the daemon ended with $DAEMON_CODE"

# one round without a daemon
listen once -t 'helio/#'
expect 0 "$HELIO" once -c helio.conf
heard once 'helio/south_roof/state {' || fail "once said nothing"
stands helio/bridge/availability online || fail "once does not say who was there"

# MQTT 5, a topic word of our own, and a client id that is given
settings 'protocol = 5' 'prefix = solar/west' 'client = house-five' >helio.conf
listen five -t 'solar/#'
expect 0 "$HELIO" once -c helio.conf
heard five 'solar/west/south_roof/state {' || fail "nothing under another prefix"
has plain/log 'as house-five (p5'
grep -q 'as helio-[0-9a-f]* (p2' plain/log || fail "there is no client id of our own"
unlisten

# ---- who may ------------------------------------------------------------------------------------
(umask 077 && echo 'sesame opens' >password && echo wrong >wrong)
mosquitto_passwd -c -b pw solar 'sesame opens' && chmod 600 pw
printf 'user solar\ntopic readwrite helio/#\n' >acl && chmod 600 acl
certificates tls
mkdir -p safe
printf 'cafile %s\ncertfile %s\nkeyfile %s\n' tls/ca.crt tls/broker.crt tls/broker.key |
    sed "s| | $TESTS_TMP/|" >safe/tls
broker_start safe 'allow_anonymous false' "password_file $TESTS_TMP/pw" "acl_file $TESTS_TMP/acl"

safe=("tls = yes" "ca_file = tls/ca.crt" "user = solar" "password_file = password")
# tried CODE WORDS LINES...: what check says about it
tried() {
    local code=$1 words=$2
    shift 2
    settings "$@" >try.conf
    expect "$code" "$HELIO" check -c try.conf
    cat err >>out
    has out "$words"
    has_not out 'sesame'
}
tried 0 'takes readings' "${safe[@]}"
tried 69 'refuses the user or the password' "${safe[@]:0:3}" 'password_file = wrong'
tried 69 'signed by nobody we trust' 'tls = yes' 'ca_file = tls/other.crt' "${safe[@]:2}"
tried 69 'access list' "${safe[@]}" 'prefix = elsewhere'
tried 69 'TLS port' 'user = solar' 'password_file = password'
chmod 644 password
tried 69 'password_file' "${safe[@]}"
has out 'chmod 600'
chmod 600 password
was=$PORT
free_port PORT
tried 69 'nobody listens' "${safe[@]}"
PORT=$was
sed "s|broker|elsewhere|g" safe/tls >other.tls && mkdir -p named && mv other.tls named/tls
broker_start named 'allow_anonymous true'
tried 69 'certificate is for another name' "${safe[@]}"
mkdir -p strict && { cat safe/tls && echo 'require_certificate true'; } >strict/tls
broker_start strict 'allow_anonymous true'
for _ in 1 2 3 4; do # an alert, a reset, or an end: whichever comes first
    tried 69 'a certificate of ours' "${safe[@]}"
done
tried 0 'takes readings' "${safe[@]}" 'cert_file = tls/client.crt' 'key_file = tls/client.key'
PORT=$was
tried 78 'key_file' "${safe[@]}" 'cert_file = tls/client.crt'
tried 78 'belongs to tls' 'ca_file = tls/ca.crt'
tried 78 'whose password' 'password_file = password'
tried 78 'must be of a-z' 'prefix = /Helio/'

# readings go through all of that; a wrong password is mended by a reload, and nothing is missing
auth=(--cafile tls/ca.crt -u solar -P 'sesame opens')
listen safely "${auth[@]}" -t 'helio/+/state'
settings "${safe[@]}" 'catch_up = everything' | sed 's/= password$/= secret/' >helio.conf
cp -p wrong secret
rm -f helio.db*
daemon helio.conf
refused() { "$HELIO" status --json | grep -q 'refuses the user'; }
until_true 30 refused || fail "status does not say why nothing is taken"
cp -p password secret
kill -HUP "$DAEMON"
until_true 30 heard safely 'helio/south_roof/state' || fail "the new password was not taken"
kept() { [ "$(sql 'SELECT count(*) FROM reading WHERE kind = 0')" -ge 5 ]; }
until_true 20 kept || fail "nothing is stored"
daemon_end
stored=$(sql 'SELECT count(*) FROM reading WHERE kind = 0')
has_all() { got=$(grep -c 'south_roof/state' safely) && [ "$got" -ge "$stored" ]; }
until_true 10 has_all || fail "stored $stored, received $got"
cat daemon.err safe/log out err >told
has_not told 'sesame'
echo "wrong password for a while: stored $stored, received $got"

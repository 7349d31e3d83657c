# Live values: each device as it is heard, a heartbeat where nothing happens, no more listeners than
# there may be, and an end with the daemon's and with each reload. Nobody who listens costs anything.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
. "$HELIO_SOURCE/tests/flows/_web.sh"
needs curl python3

web_house
sed -i '/^\[bus shed\]/,/^\[device/ s/^every = .*/every = 3600/' web.ini # rounds that hardly ever come
daemon web.ini
until_true 15 eval '! "$HELIO" status --json | grep -q "\"unheard\""' || fail "somebody is not heard"
python3 "$HELIO_SOURCE/tests/flows/_web_live.py" "$URL" "$DAEMON" || fail "live values do not come as they should"

curl -sN "$URL/api/v1/live" >first.txt &
first=$!
until_true 10 grep -q "event: board" first.txt || fail "nothing is told"
kill -HUP "$DAEMON"
wait "$first" || fail "a listener was not let go in order by a reload: $?"
has first.txt "event: board"
until_true 5 eval 'curl -sf -o /dev/null "$URL/healthz"' || fail "it does not listen after a reload"
listeners=()
for i in 1 2 3 4; do
    curl -sN "$URL/api/v1/live?device=unit$((i % 2 + 1))" >"listener$i.txt" &
    listeners+=($!)
done
told_all() { for i in 1 2 3 4; do grep -q "event: board" listener$i.txt || return 1; done; }
until_true 10 told_all || fail "some are told nothing"
daemon_end
[ "$DAEMON_CODE" = 0 ] || { cat daemon.err >&2; fail "it ended with $DAEMON_CODE"; }
for i in "${listeners[@]}"; do wait "$i" || fail "a listener was not let go in order at the end: $?"; done
has listener1.txt '"device": "unit2"'
has_not listener1.txt '"device": "unit1"'

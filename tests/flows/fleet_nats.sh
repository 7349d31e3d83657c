# Many sites write to a stream that three servers keep. One of the three is killed in the middle, the
# leader of the stream, and comes back later: everything that was produced is stored, and nothing wrong.
# Each site is a store on the disk, a pump and a connection, as in a collector of its own; only that
# many of them share a process. HELIO_LONG=1: a thousand.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
. "$HELIO_SOURCE/tests/flows/_nats.sh"
needs nats-server curl python3
[ -x "$TOOLS/nats_read" ] || { echo "skipped: built without nats"; exit 77; }

processes=5 sites=20 rounds=16 every=500
[ -z "${HELIO_LONG:-}" ] || { processes=20 sites=50 rounds=30 every=4000; }
nats_cluster
cat >sink.ini <<INI
[sink far]
kind = nats
url = $URL
timeout = 5
age = 0
create_stream = yes
INI
mkdir stores
began=$SECONDS
for ((p = 0; p < processes; p++)); do
    "$TOOLS/fleet" stores $((p * sites + 1)) $sites 6 $rounds $every sink.ini --patience 120 >fleet$p.json 2>fleet$p.err &
    fleet[p]=$!
    twins+=($!)
done
# stream_of NAME KEYS: what this server says of the stream
stream_of() { nats_get "$1" 'jsz?streams=1' '[s for a in j["account_details"] for s in a["stream_detail"]][0]'"$2"; }
messages() { stream_of "$1" '["state"]["messages"]'; }
is_led() { leader=$(stream_of "${1:-n1}" '["cluster"]["leader"]') && [ -n "$leader" ]; }
all=$((processes * sites * 6 * rounds))
is_under_way() { local count && count=$(messages n1) && [ "${count:-0}" -ge $((all / 8)) ]; }
until_true 40 is_under_way || fail "hardly anything is written"
until_true 40 is_led || fail "the stream has no leader"
killed=$leader
server_end "$killed" KILL
other=n1
[ "$killed" != n1 ] || other=n2
is_led_anew() { is_led $other && [ "$leader" != "$killed" ]; }
until_true 60 is_led_anew || fail "nobody leads the stream after $killed"
before=$(messages $other)
# or it has everything: on a busy machine the rest came while that was asked
goes_on() { local count && count=$(messages $other) && ((${count:-0} > before || ${count:-0} == all)); }
until_true 60 goes_on || fail "nothing is written without $killed"
[ -z "${HELIO_LONG:-}" ] || sleep 30
leader=$killed
nats_again "$leader"
for ((p = 0; p < processes; p++)); do
    wait "${fleet[p]}" || { cat fleet$p.json >&2; tail -3 fleet$p.err >&2; fail "process $p ended with $?"; }
    forget "${fleet[p]}"
done
took=$((SECONDS - began))
sum() { cat fleet*.json | python3 -c 'import json, sys; print(sum(json.loads(l)[sys.argv[1]] for l in sys.stdin))' "$1"; }
produced=$(sum produced)
[ "$produced" = $all ] || fail "only $produced were produced"
[ "$(sum delivered)" = "$produced" ] || fail "$(sum delivered) of $produced delivered"
[ "$(sum lost)$(sum aside)$(sum backlog)" = 000 ] || fail "lost, set aside or left over"
[ "$(sum failures)" -gt 0 ] || fail "nobody noticed the killed server"
# The one that was away has caught up: the stream is whole there too.
caught_up() { local count && count=$(messages "$leader") && [ "${count:-0}" -ge "$produced" ]; }
until_true 60 caught_up || fail "$leader has not caught up"
"$TOOLS/nats_read" "nats://127.0.0.1:${PORTS[$leader]}" SOLAR 'solar.>' >stored.tsv 2>read.err || { cat read.err >&2; fail "the stream cannot be read"; }
verdict=$(python3 "$HELIO_SOURCE/tests/flows/_judge_fleet.py" stores <stored.tsv) || fail "$verdict"
disk=$(du -sk n1 | cut -f1)
rm -rf stores stored.tsv n1 n2 n3 # they are large
echo "$processes processes x $sites sites x 6 devices x $rounds rounds of $every ms: $verdict;" \
    "$leader killed, $(sum failures) batches sent again, all in $took s; $disk kB a server"

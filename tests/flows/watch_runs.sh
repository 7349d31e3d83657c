# The table, its JSON form, and an end on request.
source "$(dirname "$0")/lib.sh"
twin two --ids 1-2 --link "$TESTS_TMP/bus"
devs=("tracer@$LINE:1" "tracer@$LINE:2")
expect 0 "$HELIO" watch --rounds 3 --every 0.3 "${devs[@]}"
[ "$(grep -c '^round ' out)" = 3 ] || fail "$(grep -c '^round ' out) tables"
has out "together: PV"
expect 0 "$HELIO" watch --json --rounds 3 --every 0.3 "${devs[@]}"
[ "$(wc -l <out)" = 6 ] || fail "$(wc -l <out) lines"
python3 -c 'import json,sys; [json.loads(l) for l in open("out")]' || fail "not JSON"
expect 0 "$HELIO" watch --for 1 --every 0.3 "${devs[@]}"
"$HELIO" watch --every 0.3 "${devs[@]}" >out 2>err &
watch=$!
until_true 10 grep -q '^round ' out || fail "nothing is shown"
kill -INT $watch
wait $watch || fail "Ctrl-C ended it with $?"
# Many simulated devices of one settings file, no wire at all.
[ -z "${HELIO_SOURCE:-}" ] || expect 0 "$HELIO" watch --rounds 2 -c "$HELIO_SOURCE/examples/demo.ini"

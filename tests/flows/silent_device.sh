# A device that does not answer is never a number, and never exit code 0.
source "$(dirname "$0")/lib.sh"
twin two --ids 1-2 --link "$TESTS_TMP/bus" --moods dead=2

expect 69 "$HELIO" read "tracer@$LINE:2" pvvolt
[ ! -s out ] || fail "it printed $(cat out)"
has err "no answer in time"
expect 69 "$HELIO" once --print "tracer@$LINE:1" "tracer@$LINE:2"
has out "pv_voltage"
has out "no answer in time"
expect 69 "$HELIO" once --json "tracer@$LINE:1" "tracer@$LINE:2"
[ "$(grep -c '"result": "ok"' out)" = 1 ] || fail "one should be ok"
[ "$(grep -c '"result": "timeout"' out)" = 1 ] || fail "one should be silent"
expect 69 "$HELIO" read tracer@rtu:/dev/not-there:1 pvvolt
has err "is not there"

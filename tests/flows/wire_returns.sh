# An adapter that is pulled out and comes back, as another device: reading goes on by itself.
source "$(dirname "$0")/lib.sh"
twin first --link "$TESTS_TMP/bus"
dev=tracer@$LINE:1
"$HELIO" watch --json --every 0.2 "$dev" >watch.out 2>watch.err &
watch=$!
at_end "kill $watch 2>/dev/null"

# wait_for WORDS: until they stand in what was not looked at yet
seen=0
wait_for() {
    until_true 20 comes "$1" || {
        cat watch.err >&2
        fail "\"$1\" never came"
    }
    seen=$(wc -l <watch.out)
}
comes() { tail -n +$((seen + 1)) watch.out | grep -qF -- "$1"; }
wait_for '"result": "ok"'
end_twins
wait_for '"result": "gone"'
twin second --link "$TESTS_TMP/bus"
wait_for '"result": "ok"'
kill -INT $watch
wait $watch || fail "watch ended with $?"
[ "$(wc -l <watch.err)" -le 6 ] || { cat watch.err; fail "it talks too much"; }

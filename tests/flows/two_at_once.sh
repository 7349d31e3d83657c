# A daemon, a cron snapshot and a single check share one wire politely.
source "$(dirname "$0")/lib.sh"
twin three --ids 1-3 --link "$TESTS_TMP/bus" --time-scale 0 --speed 0 --turnaround 2
"$HELIO" watch --json --every 0.3 "tracer@$LINE:1" "tracer@$LINE:2" >watch.out 2>watch.err &
watch=$!
twins+=($watch)
want=$("$HELIO" read "tracer@$LINE:3" bavolt) || fail "no first reading"
many() {
    for _ in $(seq 15); do
        [ "$("$HELIO" read "tracer@$LINE:3" bavolt)" = "$want" ] || return 1
    done
}
many 2>a.err & a=$!
many 2>b.err & b=$!
wait $a || { cat a.err; fail "the first reader failed"; }
wait $b || { cat b.err; fail "the second reader failed"; }
kill -INT $watch
wait $watch || fail "watch ended with $?"
has_not watch.out '"timeout"'
has watch.out '"result": "ok"'
[ ! -s watch.err ] || { cat watch.err; fail "watch complained"; }
echo "30 single checks beside $(wc -l <watch.out) watched readings, none failed"

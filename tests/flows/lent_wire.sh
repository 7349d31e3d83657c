# A wire that another program holds is waited for.
source "$(dirname "$0")/lib.sh"
twin one --link "$TESTS_TMP/bus"
"$HELIO" read "tracer@$LINE:1" bavolt >/dev/null || fail "no reading"
lock=$(ls "$TESTS_TMP"/helio-tty-*.lock) || fail "there is no lock file"
flock "$lock" bash -c ': >held; exec sleep 1.5' &
twins+=($!)
until_true 10 test -e held || fail "nobody holds it"
begun=$(date +%s%N)
expect 0 "$HELIO" read "tracer@$LINE:1" bavolt
took=$((($(date +%s%N) - begun) / 1000000))
[ "$took" -ge 800 ] || fail "it did not wait: $took ms"

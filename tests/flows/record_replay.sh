# What was recorded can be replayed and decoded: the same numbers each time.
source "$(dirname "$0")/lib.sh"
twin one --link "$TESTS_TMP/bus" --time-scale 0 --at 11:00
expect 0 "$HELIO" once --json "tracer@$LINE:1" --record trouble.log
sed 's/.*"metrics"//' out >live
expect 0 "$HELIO" once --json "tracer@replay:$TESTS_TMP/trouble.log:1"
sed 's/.*"metrics"//' out >replayed
cmp live replayed || fail "the replay says something else"
expect 0 "$HELIO" decode tracer trouble.log
has out pvwatt
expect 0 "$HELIO" read "tracer@replay:$TESTS_TMP/trouble.log:1" pvvolt
between 50 "$(cat out)" 90
expect 69 "$HELIO" read "tracer@replay:$TESTS_TMP/trouble.log:2" pvvolt

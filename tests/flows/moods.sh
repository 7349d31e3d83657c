# A disturbed wire costs time, not numbers; moods follow a script by the second.
source "$(dirname "$0")/lib.sh"
twin crowd --link "$TESTS_TMP/bus" --moods collide=0.3 --time-scale 0 --at 11:00
want=$("$HELIO" read -q "tracer@$LINE:1" pvwatt) || fail "no first reading"
for _ in $(seq 30); do
    got=$("$HELIO" read -q "tracer@$LINE:1" pvwatt) || fail "a reading was lost"
    [ "$got" = "$want" ] || fail "$got instead of $want"
done
echo "30 readings with collide=0.3: 30 right"

printf '0 dead=0\n1.5 dead=1\n' >script
twin scripted --link "$TESTS_TMP/bus2" --script "$TESTS_TMP/script"
expect 0 "$HELIO" read "tracer@$LINE:1" bavolt
is_dead() { "$HELIO" read "tracer@$LINE:1" bavolt >/dev/null 2>&1; [ $? = 69 ]; }
until_true 10 is_dead || fail "the script is not followed"
expect 69 "$HELIO" read "tracer@$LINE:1" bavolt
expect 64 "$HELIO" sim tracer --link "$TESTS_TMP/x" --moods colide=1
has err collide

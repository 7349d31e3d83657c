# Units in parallel behind one Axpert: each is a device of its own by its serial number, the system's
# totals come once, a name for a serial number holds, and a unit that is away makes nothing up.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs sqlite3
fast_clock 5

plan() { # MOODS MORE
    printf '[store]\npath = %s/helio.db\n[bus shed]\nline = sim\nmodel = parallel\nat = 12:00\nday = clear\nspeed = 100000\nturnaround = 1\nevery = 1\n%b\n' "$TESTS_TMP" "$1"
    printf '[device roof]\ndriver = axpert\nbus = shed\n%b' "$2"
}
second=92932004100444 third=92932004100445
number() { # DEVICE METRIC
    "$HELIO" export -c a.ini "$1" --columns "$2" | tail -n +2 | tail -1 | tr -d '\r' | cut -d, -f3
}

# ---- one round: the unit itself, two others, the system -------------------------------------------
plan '' '' >a.ini
expect 0 "$HELIO" once -c a.ini
for unit in roof roof-$second roof-$third; do
    is_number "$(number $unit output_power)"
    [ -z "$(number $unit system_power)" ] || fail "a total stands in $unit"
done
sum=$(awk "BEGIN { print $(number roof output_power) + $(number roof-$second output_power) + $(number roof-$third output_power) }")
between "$(awk "BEGIN { print $sum - 3 }")" "$(number roof-system output_power)" "$(awk "BEGIN { print $sum + 3 }")"
[ "$(number roof-system members)" = 3 ] || fail "the system has $(number roof-system members) members"
expect 0 "$HELIO" once --print --json -c a.ini
if grep -qE '"(pv|battery)_power": -?[0-9]+\.[0-9]{2}' out; then
    fail "a product says more than its factors: $(grep -oE '"(pv|battery)_power": [-0-9.]+' out | tr '\n' ' ')"
fi
[ "$(grep -c '"result": *"ok"' out)" = 4 ] || { cat out >&2; fail "not four readings were printed"; }

# ---- the serial number gets a name ----------------------------------------------------------------
rm -f helio.db*
plan '' "[device east]\ndriver = axpert\nbus = shed\nserial = $second\n[group house]\nmembers = roof, east\n" >a.ini
expect 0 "$HELIO" check --offline -c a.ini
expect 0 "$HELIO" once -c a.ini
is_number "$(number east output_power)"
[ -z "$(sqlite3 helio.db "select 1 from device where name = 'roof-$second'" 2>/dev/null)" ] || fail "named, and found as well"
sum=$(awk "BEGIN { print $(number roof output_power) + $(number east output_power) }")
[ "$(number house output_power)" = "$sum" ] || fail "the group of both has $(number house output_power), not $sum"

# ---- refused before anything is opened --------------------------------------------------------------
plan '' "[device up]\ndriver = axpert\nbus = shed\n" >b.ini
expect 78 "$HELIO" check --offline -c b.ini
printf '[bus shed]\nline = sim\n[device east]\ndriver = axpert\nbus = shed\nserial = 1\n' >b.ini
expect 78 "$HELIO" check --offline -c b.ini
has err "must stand the axpert that speaks for it"

# ---- a unit goes away and comes back, under another number ------------------------------------------
rm -f helio.db*
printf '3 dead=2\n9 dead=0\n' >moods
plan "script = $TESTS_TMP/moods" '' >a.ini
daemon a.ini
has_come_back() { case $(heard) in *"3 2 3"*) ;; *) return 1 ;; esac; }
heard() { # "3 2 3": the members heard, as they changed
    "$HELIO" export -c a.ini roof-system --columns members_heard | tail -n +2 | tr -d '\r' | cut -d, -f3 | uniq | tr '\n' ' '
}
until_true 30 has_come_back || fail "members heard were: $(heard)"
"$HELIO" status -c a.ini >status.out
kill -TERM "$DAEMON"
wait "$DAEMON"
has status.out roof-$second
has status.out roof-system
# Nobody else's numbers came under its name meanwhile: it has a gap, and the third has none.
gap=$("$HELIO" export -c a.ini roof-$second --columns output_power | tail -n +2 | wc -l)
whole=$("$HELIO" export -c a.ini roof-$third --columns output_power | tail -n +2 | wc -l)
[ "$gap" -lt "$whole" ] || fail "the unit that was away has $gap readings, the other $whole"
echo "parallel: 3 units, $whole rounds, $gap with the second one there"

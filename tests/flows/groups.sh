# Devices added up: sums are the members' sums, a silent member makes them unknown, roles count
# nothing twice, and what cannot be is refused before anything is opened.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs sqlite3

base() {
    printf '[store]\npath = %s/helio.db\n[bus roof]\nline = sim\nat = 11:00\n%s\n' "$TESTS_TMP" "$1"
    for i in 1 2 3; do printf '[device unit%s]\ndriver = tracer\nbus = roof\naddress = %s\n' $i $i; done
}
number() { # DEVICE METRIC
    "$HELIO" export -c a.ini "$1" --columns "$2" | tail -n +2 | tail -1 | tr -d '\r' | cut -d, -f3
}

{ base ''; printf '[group house]\nmembers = unit1, unit2, unit3\n'; } >a.ini
expect 0 "$HELIO" once -c a.ini
for metric in pv_power load_power pv_energy charger_current; do
    sum=$(awk "BEGIN { print $(number unit1 $metric) + $(number unit2 $metric) + $(number unit3 $metric) }")
    between "$(awk "BEGIN { print $sum - 0.001 }")" "$(number house $metric)" "$(awk "BEGIN { print $sum + 0.001 }")"
done
mean=$(awk "BEGIN { print ($(number unit1 battery_voltage) + $(number unit2 battery_voltage) + $(number unit3 battery_voltage)) / 3 }")
between "$(awk "BEGIN { print $mean - 0.01 }")" "$(number house battery_voltage)" "$(awk "BEGIN { print $mean + 0.01 }")"
[ "$(number house members_heard)" = 3 ] || fail "members_heard is $(number house members_heard)"
expect 0 "$HELIO" check --offline -c a.ini

# ---- somebody is silent --------------------------------------------------------------------------
rm -f helio.db*
{ base 'dead = 2'; printf '[group house]\nmembers = unit1, unit2, unit3\n'; } >a.ini
expect 69 "$HELIO" once -c a.ini
[ -z "$(number house pv_power)" ] || fail "a total without unit2: $(number house pv_power)"
[ "$(number house members_heard)" = 2 ] || fail "members_heard is $(number house members_heard)"
[ -n "$(number house battery_voltage)" ] || fail "the voltage of those heard is not there"
rm -f helio.db*
printf 'partial = yes\n' >>a.ini
expect 69 "$HELIO" once -c a.ini
sum=$(awk "BEGIN { print $(number unit1 pv_power) + $(number unit3 pv_power) }")
between "$(awk "BEGIN { print $sum - 0.01 }")" "$(number house pv_power)" "$(awk "BEGIN { print $sum + 0.01 }")"

# ---- by role -------------------------------------------------------------------------------------
rm -f helio.db*
{ base ''; printf '[group house]\npv = unit1, unit2\nbattery = unit3\nload = unit3\nsoc = low\n'; } >a.ini
expect 0 "$HELIO" once -c a.ini
sum=$(awk "BEGIN { print $(number unit1 pv_power) + $(number unit2 pv_power) }")
between "$(awk "BEGIN { print $sum - 0.01 }")" "$(number house pv_power)" "$(awk "BEGIN { print $sum + 0.01 }")"
[ "$(number house load_power)" = "$(number unit3 load_power)" ] || fail "the load is not unit3's"

# ---- refused -------------------------------------------------------------------------------------
refused() { # WORDS LINES
    { base ''; printf '%b\n' "$2"; } >b.ini
    expect 78 "$HELIO" check --offline -c b.ini
    has err "$1"
}
refused 'did you mean "unit1"' '[group house]\nmembers = unit1, unti1'
refused 'unit1' '[group house]\nmembers = unit1, unit1'
refused 'unit2' '[group house]\nmembers = unit1, unit2\npv = unit2'
refused 'group' '[group house]'
refused 'already' '[group unit1]\nmembers = unit1, unit2'

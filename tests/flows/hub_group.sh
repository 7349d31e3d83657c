# Units behind a hub are members of a group by the names they are found under, with no section of
# their own; they keep their kind in databases, and the hub's settings hold for them.
source "$(dirname "$0")/lib.sh"
needs sqlite3
fast_clock 8
cat >hub.ini <<INI
[store]
path = $TESTS_TMP/hub.db
[bus cabin]
line = sim
[device hub]
driver = mate
bus = cabin
allow_tell = yes
[group house]
pv = hub-mx1
battery = hub-dc3
load = hub-fx2
INI
expect 0 "$HELIO" check --offline -c hub.ini
expect 0 "$HELIO" once -c hub.ini
row() { sqlite3 -readonly hub.db "SELECT driver || ' ' || member_of || ' ' || serial FROM device WHERE name = '$1'"; }
for unit in mx1 fx2 dc3; do
    [ "$(row "hub-$unit")" = "mate_${unit%?} house $unit" ] || fail "hub-$unit is \"$(row "hub-$unit")\""
done
expect 0 "$HELIO" once -c hub.ini
[ "$(row hub-mx1)" = "mate_mx house mx1" ] || fail "with the second start hub-mx1 is \"$(row hub-mx1)\""
expect 0 "$HELIO" export -c hub.ini house --columns members,members_heard,pv_voltage,battery_voltage,output_power
tail -n 1 out | grep -Eq ',house,[0-9.]+,[0-9.]+,[0-9.]+,3,3' || fail "the group is $(cat out)"
expect 0 "$HELIO" tell -c hub.ini hub-fx2 aux_control=on --dry-run
expect 0 "$HELIO" read -c hub.ini hub-mx1 pv_voltage
# who cannot be there is refused, as before; an inverter's totals are no unit
sed 's/hub-mx1/hut-mx1/' hub.ini >wrong.ini
expect 78 "$HELIO" check --offline -c wrong.ini
has err 'there is no [device hut-mx1]'
printf '[bus b]\nline = sim\n[device axe]\ndriver = axpert\nbus = b\n[group g]\nmembers = axe-system\n' >wrong.ini
expect 78 "$HELIO" check --offline -c wrong.ini

# ---- what the older library for these units called it, also what only one kind of FX has ------------
expect 0 "$HELIO" read -c hub.ini hub-mx1 charger_kwh charger_amps_dc aux_relay_mode total_kwh_dc
[ "$(wc -l <out)" = 4 ] || fail "pyMATE's names of the MX are $(cat out)"
expect 0 "$HELIO" read -c hub.ini hub-fx2 input_current charger_current battery_temp_compensated
[ "$(wc -l <out)" = 3 ] || fail "pyMATE's names of the FX are $(cat out)"
expect 0 "$HELIO" ask -c hub.ini hub-fx2 0x6a
has out "charger_current"

# ---- scan says who is behind it, of which revision, and writes a group ------------------------------
expect 0 "$HELIO" scan sim --driver mate
has out "# mate0-mx1: Outback MX60"
grep -Eq '^# mate0-dc3: .*, revision [0-9.]+$' out || fail "no revision: $(cat out)"
cp out found.ini
expect 0 "$HELIO" check --offline -c found.ini
for line in "pv = mate0-mx1" "battery = mate0-dc3" "load = mate0-fx2" "grid = mate0-fx2"; do
    has found.ini "$line"
done
expect 0 "$HELIO" scan sim --driver tracer --addresses 1-2
cp out found.ini
has found.ini "members = tracer1, tracer2"
expect 0 "$HELIO" check --offline -c found.ini

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

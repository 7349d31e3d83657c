# History that an older program left in a real InfluxDB comes into the store: under our names, judged
# as by helio repair, once however often it is asked for; a dry run says beforehand what will come.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs influxd sqlite3 curl python3

influxd_start influx
influx_command "$URL" 'CREATE DATABASE old'
# 100 points of unit 1, an error code every tenth; 20 of unit 2; a measurement that is no business of ours
python3 - >points <<'PYTHON'
t = 1600000000
for i in range(100):
    bad = i % 10 == 5
    print("solar_1 PVwatt=%s,BAvolt=%s,BAperc=0.58,PVkwh=%s,PVwattfix=7 %d" % (
        -2 if bad else 800 + i, -2 if bad else 26.1, 1234.5 + i / 100, t + 60 * i))
for i in range(20):
    print("solar_2 PVwatt=%d,BAvolt=25.9 %d" % (400 + i, t + 60 * i))
print("weather degrees=21.5 %d" % t)
print("plant,unit=mx w=912,volts=52.4 %d" % t)
PYTHON
curl -sf -XPOST "$URL/write?db=old&precision=s" --data-binary @points || fail "the database takes no points"
printf '[store]\npath = %s/a.db\n' "$TESTS_TMP" >a.ini
import() { "$HELIO" import -c a.ini --from-influx "$URL" --database old "$@"; }
value() { sqlite3 -readonly a.db "SELECT value FROM value WHERE device = '$1' AND at = $2 AND metric = '$3'"; }
is() { [ "$(value "$1" "$2" "$3")" = "$4" ] || fail "$1 $3 at $2 is $(value "$1" "$2" "$3"), not $4"; }

expect 0 import --measurement solar_1 --device south --dry-run
has out "100 readings would be taken in, 0 rows refused"
has out "20 numbers left out: error code"
[ ! -e a.db ] || fail "a dry run made a store"
expect 0 import --measurement solar_1 --device south
has out "100 readings taken in, 0 rows refused"
is south 1600000000000 pv_power 800
is south 1600000000000 battery_soc 58
is south 1600000060000 pv_energy 1234.51
is south 1600000300000 pv_power ""
is south 1600000300000 pv_energy 1234.55
expect 0 import --measurement solar_1 --device south
has out "0 readings taken in, 0 rows refused, 100 known already"
expect 0 import --measurement solar_1 --device south --dry-run --from 2020-09-13T12:27:00Z
has out "0 readings would be taken in, 0 rows refused, 99 known already"

# all of it: a device for each measurement; what has no field we know is passed over, and told
expect 0 import
has out "120 readings taken in"
has out "fields that are not known here: "
has out "degrees"
is solar_2 1600000000000 pv_power 400
[ -z "$(value weather 1600000000000 pv_power)" ] || fail "weather is a device"
expect 0 import --measurement plant --device mx --map w=pv_power,volts=battery_voltage
is mx 1600000000000 pv_power 912
is mx 1600000000000 battery_voltage 52.4
expect 0 "$HELIO" export -c a.ini south --columns pv_power --from 2020-09-13 --to 2020-09-14
[ "$(grep -c south out)" = 90 ] || fail "the export has $(grep -c south out) rows"

# through the daemon, and by the name of a sink
printf '[sink past]\nkind = influx\nurl = %s\ndatabase = old\nenabled = no\n' "$URL" >sink.ini
cat a.ini sink.ini | sed 's/^enabled.*//' >b.ini
sed -i 's/a.db/b.db/' b.ini
printf '[bus b]\nline = sim\n[device d]\ndriver = tracer\nbus = b\n' >>b.ini
daemon b.ini
expect 0 "$HELIO" import -c b.ini --from-influx past -m solar_2 --device east --dry-run
has out "20 readings would be taken in"
expect 0 "$HELIO" import -c b.ini --from-influx past -m solar_2 --device east
has out "20 readings taken in"
expect 0 "$HELIO" import -c b.ini --from-influx past -m solar_2 --device east
has out "20 known already"
daemon_end

# what cannot be
expect 64 import old.csv
expect 64 import --device south # of several measurements
expect 69 import --measurement nothing
has err 'no measurement "nothing"'
expect 69 import --measurement weather
has err "no field there is known (degrees)"
expect 64 "$HELIO" import -c a.ini --from-influx nowhere
expect 69 "$HELIO" import -c a.ini --from-influx http://127.0.0.1:1

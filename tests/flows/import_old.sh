# Histories of two older Axpert programs: a text log and an SQLite file. Counted by class, taken in
# once, delivered only when asked for, and back out as the same words.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs sqlite3 python3
"$HELIO" list sinks | grep -q "^file " || {
    echo "skipped: built without the sink \"file\""
    exit 77
}

SAID="230.1 49.9 229.8 50.0 0411 0335 008 428 53.20 012 087 0048 0014 103.8 57.45 00003 00010110 00 00 00856 010"
cat >old.log <<END
Maak nog korrekte opskrifte hier
2020-10-24 12:00:00.123456,$SAID
2020-10-24 12:00:30,(NAKss
2020-10-24 12:01:00.5,111.1 49.9 1($SAID
2020-10-24 12:01:30.5,$SAID(230.1
2020-10-24 12:02:00.5,230.1 49.9 229.8 50.0 0411 0335
2020-10-24 12:02:30.5,000.0 00.0 000.0 00.0 0000 0000 000 000 00.00 000 000 0000 0000 000.0 00.00 00000 00000000 00 00 00000 000

2020-10-24 11:00:00,$SAID
once upon a time,$SAID
2020-10-25 03:30:00,$SAID
2020-10-25 03:00:00,$SAID
END
printf '2020-10-25 05:00:00,%s\0\0\0\n' "${SAID:0:40}" >>old.log
printf '2020-10-25 05:00:30,%s\n' "${SAID/0048/0480}" >>old.log

python3 - <<'END'
import sqlite3
names = """grid_volt REAL, grid_freq REAL, ac_volt REAL, ac_freq REAL, ac_va INTEGER, ac_watt INTEGER,
load_percent INTEGER, bus_volt INTEGER, batt_volt REAL, batt_charge_amps INTEGER, batt_capacity INTEGER,
temp INTEGER, pv_amps INTEGER, pv_volts REAL, batt_volt_scc REAL, batt_discharge_amps INTEGER,
raw_status TEXT, mask_b TEXT, mask_c TEXT, pv_watts INTEGER, mask_d TEXT, mode TEXT"""
db = sqlite3.connect("old.db")
db.execute(f"CREATE TABLE stats (datetime INTEGER, {names})")
db.execute("CREATE TABLE last_stats (datetime INTEGER, batt_volt REAL, batt_charge_amps INTEGER, pv_amps INTEGER, pv_watts INTEGER)")
row = [230.1, 49.9, 229.8, 50.0, 411, 335, 8, 428, 53.2, 12, 87, 48, 14, 103.8, 57.45, 3, "00010110", "00", "00", 856, "010"]
put = "INSERT INTO stats VALUES (" + ",".join("?" * 23) + ")"
for i, mode in enumerate(["PM", "SB", "LN", "BT", "FA", "PS", "00"]):
    db.execute(put, [1600000000 + 15 * i] + row + [mode])
db.execute(put, [1600001000] + [None] * 7 + ["None"] + row[8:] + [None])  # half of it is missing
db.execute(put, [None] + row + ["LN"])  # no time
db.execute(put, [1600002000] + [None] * 22)  # nothing in it
db.execute(put, [1600003000] + row[:11] + [480] + row[12:] + ["LN"])  # cannot be true
db.execute("INSERT INTO last_stats VALUES (1600000000, 53.2, 12, 14, 856)")  # stats has it
db.execute("INSERT INTO last_stats VALUES (1600000002, 53.1, 11, 13, 800)")
db.commit()
sqlite3.connect("other.db").execute("CREATE TABLE stats (day INTEGER)").connection.commit()
END

settings() {
    printf '[site]\ntimezone = Europe/Sofia\n'
    house_ini kept 'every = 1'
    printf '[sink log]\nkind = file\nform = axpert-log\nfolder = %s/%s\n' "$TESTS_TMP" "$1"
}
settings logs >a.ini
value() { sqlite3 -readonly kept.db "SELECT value FROM value WHERE device = '$1' AND at = $2 AND metric = '$3'"; }
is() { [ "$(value "$1" "$2" "$3")" = "$4" ] || fail "$1 $3 at $2 is $(value "$1" "$2" "$3"), not $4"; }
imported() { sqlite3 -readonly kept.db "SELECT count(*) FROM reading WHERE kind = 2"; }

# ---- the text log --------------------------------------------------------------------------------
expect 0 "$HELIO" once -c a.ini # the sink's place in the log begins here
expect 0 "$HELIO" import -c a.ini old.log
cat out
has out "6 readings taken in, 0 rows refused"
has out "14 lines read"
for line in "5 whole" "1 whole behind a joined answer" "1 header" "1 empty" "1 all zero" "1 NAK" \
    "1 with control bytes" "1 joined and not whole" "1 cut short" "1 without a time" \
    "1 numbers left out: heatsink_temperature"; do
    has out " $line"
done
is axpert 1603530000123 grid_voltage 230.1 # 12:00 in Sofia is 09:00 UTC in summer
is axpert 1603530000123 battery_current 9
is axpert 1603530000123 pv_power 856
is axpert 1603530060500 grid_voltage 230.1
is axpert 1603585800000 bus_voltage 428 # 03:30 the first time,
is axpert 1603587600000 bus_voltage 428 # 03:00 the second
expect 0 "$HELIO" import -c a.ini old.log
has out "0 readings taken in, 0 rows refused, 6 known already"
expect 0 "$HELIO" import -c a.ini - --as axpert-log --device other <old.log
has out "6 readings taken in"
expect 64 "$HELIO" import -c a.ini old.log --as axpert
has err axpert-sqlite
printf 'Maak nog korrekte opskrifte hier\n2020-10-24 12:00:30,NAK\n' >nothing.log
expect 65 "$HELIO" import -c a.ini nothing.log

# ---- the SQLite file -----------------------------------------------------------------------------
expect 0 "$HELIO" import -c a.ini old.db --device shed
cat out
has out "10 readings taken in, 0 rows refused"
has out "12 rows read"
has out " 1 without a time"
has out " 1 empty"
has out " 1 numbers left out: heatsink_temperature"
for mode in 0 1 2 3 4 5; do is shed "$((1600000000 + 15 * mode))000" device_mode "$mode"; done
is shed 1600000090000 device_mode ""
is shed 1600000000000 grid_voltage 230.1
is shed 1600000000000 solar_charging 1
is shed 1600001000000 grid_voltage ""
is shed 1600001000000 bus_voltage ""
is shed 1600001000000 battery_voltage 53.2
is shed 1600003000000 heatsink_temperature ""
is shed 1600000002000 pv_power 800
is shed 1600000002000 load_percentage ""
expect 0 "$HELIO" import -c a.ini old.db --device shed
has out "0 readings taken in, 0 rows refused, 10 known already"
expect 0 "$HELIO" export -c a.ini axpert
cp out exported.csv
expect 0 "$HELIO" import -c a.ini exported.csv
has out "0 readings taken in, 0 rows refused, 6 known already"
expect 65 "$HELIO" import -c a.ini other.db
has err "stats"
expect 65 "$HELIO" import -c a.ini kept.db # our own has such a view, of all devices at once
head -c 6000 old.db >half.db
expect 65 "$HELIO" import -c a.ini half.db

# ---- no sink gets it before it is asked for; then the same words come out ------------------------
expect 0 "$HELIO" once -c a.ini
[ -z "$(ls logs 2>/dev/null)" ] || fail "imported rows went to a sink: $(ls logs)"
settings logs >b.ini
printf 'device = axpert\n' >>b.ini
expect 0 "$HELIO" resend log -c b.ini --from 2020-10-01 --to 2020-11-01
cat >wanted.log <<END
Maak nog korrekte opskrifte hier
2020-10-24 12:00:00.123000,$SAID
2020-10-24 12:01:00.500000,$SAID
2020-10-24 11:00:00.000000,$SAID
END
cmp wanted.log logs/Axpert2020-10-24.log || fail "other words came out: $(cat logs/Axpert2020-10-24.log)"
expect 0 "$HELIO" resend log -c b.ini --from 2020-10-01 --to 2020-11-01
cmp wanted.log logs/Axpert2020-10-24.log || fail "resending doubled lines"
before=$(imported)
expect 0 "$HELIO" import -c a.ini logs/Axpert2020-10-24.log
has out "0 readings taken in, 0 rows refused, 3 known already"
[ "$(imported)" = "$before" ] || fail "rows were stored twice"

# ---- beside a daemon -----------------------------------------------------------------------------
daemon a.ini
expect 0 "$HELIO" import -c a.ini old.log --device third
has out "6 readings taken in"
has out " 1 NAK"
expect 0 "$HELIO" import -c a.ini old.db --device third
has out "10 readings taken in"
expect 0 "$HELIO" import -c a.ini old.db --device third
has out "0 readings taken in, 0 rows refused, 10 known already"
daemon_end

# ---- a longer log from a real unit, when there is one --------------------------------------------
for log in "${HELIO_AXPERT_LOG:-}" "$HELIO_SOURCE/../shared/vectors/axpert/seedb_file_sample.log"; do
    [ -f "$log" ] || continue
    expect 0 "$HELIO" import -c a.ini "$log" --device real
    cat out
    lines=$(awk '/ (lines|rows) read$/ { print $1 }' out)
    classes=$(awk 'seen && !/left out/ { sum += $1 } / (lines|rows) read$/ { seen = 1 } END { print sum }' out)
    [ "$lines" = "$(wc -l <"$log")" ] && [ "$lines" = "$classes" ] || fail "$lines lines, $classes told of"
    expect 0 "$HELIO" import -c a.ini "$log" --device real
    has out "0 readings taken in"
    break
done

# ---- columns by their old names, out and in ---------------------------------------------------------
rm -f kept.db*
expect 0 "$HELIO" import -c a.ini old.db
expect 0 "$HELIO" export -c a.ini axpert --columns batt_volt,pv_amps,pv_watts,mode --from 2020-09-01 --to 2020-10-01
head -n 2 out | tr -d '\r' >head.csv
printf 'time,device,batt_volt,mode,pv_watts,pv_amps\n' >wanted.csv
[ "$(head -n 1 head.csv | tr , '\n' | sort)" = "$(tr , '\n' <wanted.csv | sort)" ] || fail "the columns are $(head -n 1 head.csv)"
grep -q '^2020-09-13T12:26:40Z,axpert,' head.csv && sed -n 2p head.csv | tr , '\n' | grep -qx 14 || fail "pv_amps is not there: $(cat head.csv)"
cp out back.csv
expect 0 "$HELIO" export -c a.ini axpert --columns batt_volt --as line --from 2020-09-01 --to 2020-10-01
grep -q ' battery_voltage=53.2 ' out || fail "no line: $(head -n 1 out)"
has_not out "grid_voltage"
printf 'datetime,batt_volt,pv_amps,raw_status,mode\n1600009000,53.2,14,00110101,BT\n1600009010,53.1,3.5,00110101,LN\n1600009020,53.1,3.5,00110101,XX\n' >back.csv
expect 0 "$HELIO" import -c a.ini back.csv --device axpert
is axpert 1600009000000 battery_voltage 53.2
is axpert 1600009000000 charger_current 14
is axpert 1600009000000 device_mode 3
is axpert 1600009010000 pv_current 3.5
has err "device_mode cannot be XX"

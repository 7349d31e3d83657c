# helio check names what is wrong with the store and the sinks, and the remedy.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs influxd curl python3

influxd_start influx
cat >a.ini <<INI
$(house_ini)
[sink influx]
kind = influx
url = $URL
[sink files]
kind = file
folder = $TESTS_TMP
INI
expect 69 "$HELIO" check -c a.ini
has out "does not take readings: 404 database not found"
has out "is the database or bucket made"
has out "sink files"
influx_command "$URL" "CREATE DATABASE solar"
expect 0 "$HELIO" check -c a.ini
has out "takes readings"
has out "helio.db is new"
expect 0 "$HELIO" once -c a.ini
has "south.json" '"device": "south"'
expect 0 "$HELIO" check -c a.ini
has out "helio.db is there"
influxd_kill influx
expect 69 "$HELIO" check -c a.ini
has out "is the database running?"
printf 'user = x\npassword_file = %s/nothing\n' "$TESTS_TMP" | sed -i '/^url/r /dev/stdin' a.ini
expect 66 "$HELIO" check -c a.ini
has err "nothing: No such file"
# words that do not fit
refused() { # WORDS LINE...
    { sed '/^user\|^password/d' a.ini | sed "/^url/r "<(printf '%b\n' "$2"); } >b.ini
    expect 78 "$HELIO" check --offline -c b.ini
    has err "$1"
}
refused "bucket" 'api = v2\nbucket ='
refused "whose password" 'password_file = /x'
refused "knows no tokens" 'token_file = /x'
refused "belongs to layout" 'mode = aggregate'
refused 'did you mean "database"' 'databse = solar'
# every word a reader of the old datalogger's tables would use
expect 0 sqlite3 helio.db "SELECT datetime, batt_volt, pv_watts, pv_volts, batt_capacity, mode FROM stats"
[ -s out ] || fail "the view stats is empty"
expect 0 sqlite3 helio.db "SELECT datetime, batt_volt, batt_charge_amps, pv_amps, pv_watts FROM last_stats"
[ -s out ] || fail "the view last_stats is empty"
columns=$(sqlite3 helio.db "SELECT group_concat(name, ' ') FROM pragma_table_info('stats')")
[ "$columns" = "datetime grid_volt grid_freq ac_volt ac_freq ac_va ac_watt load_percent bus_volt batt_volt batt_charge_amps batt_capacity temp pv_amps pv_volts batt_volt_scc batt_discharge_amps raw_status mask_b mask_c pv_watts mask_d mode device" ] || fail "the columns are $columns"
# a device with a pause of its own
cat >c.ini <<INI
[store]
path = $TESTS_TMP/c.db
[bus roof]
line = sim
every = 0.2
[device fast]
driver = tracer
bus = roof
[device slow]
driver = tracer
bus = roof
address = 2
every = 1
INI
expect 0 "$HELIO" run -c c.ini --for 4
fast=$(sqlite3 c.db "SELECT count(DISTINCT at) FROM reading WHERE device = 1")
slow=$(sqlite3 c.db "SELECT count(DISTINCT at) FROM reading WHERE device = 2")
# five times as often, but for what a busy machine costs; and no more than the clock allows
between 3 "$slow" 6
between $((2 * slow)) "$fast" 22

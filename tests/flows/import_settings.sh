# Settings of five older programs become ours: accepted as printed, with all that matters, no secret.
source "$(dirname "$0")/lib.sh"
for sink in influx mate_rest; do
    "$HELIO" list sinks | grep -q "^$sink " || {
        echo "skipped: built without the sink \"$sink\""
        exit 77
    }
done

secret=hunter2hunter2

# taken FILE [OPTION...]: new.ini is what it printed, told what it said; no secret is in either
taken() {
    expect 0 "$HELIO" import-settings "$@"
    cp out new.ini
    cp err told
    has_not new.ini "$secret"
    has_not told "$secret"
    has_not told "not accepted"
    expect 0 "$HELIO" check --offline -c new.ini
}
# line SECTION LINE: it stands in that section of new.ini
line() {
    awk -v section="[$1]" -v line="$2" '
        /^\[/ { is_in = $0 == section }
        is_in && $0 == line { found = 1 }
        END { exit !found }' new.ini || { cat new.ini >&2; fail "[$1] has no \"$2\""; }
}
# uncommented EXPRESSION...: the commented blocks are settings as well, when they are wanted
uncommented() {
    sed -E -e 's/^#(\[|[a-z_]+ =)/\1/' "$@" new.ini >wanted.ini
    expect 0 "$HELIO" check --offline -c wanted.ini
}

# ---- GoodWeUSBLogger ------------------------------------------------------------------------------
cat >goodwe.conf <<END
[inverter]
loglevel = INFO
pollinterval = 5000
vendorId = 0084
modelId = 00A1
logfile = /var/log/goodwe.log

[mqtt]
server = 192.0.2.9
port = 1883 # the usual one
topic = house1/goodwe
clientid = \$MQTT_ClientId
username = sun
password = $secret;#
colour = blue
END
taken goodwe.conf
line "bus roof" "line = hid:0084:00a1"
line "bus roof" "every = 5"
line "device goodwe" "driver = goodwe"
line "device goodwe" "address = 11"
line "sink mqtt" "layout = goodwe"
line "sink mqtt" "server = 192.0.2.9"
line "sink mqtt" "topic = house1/goodwe"
line "sink mqtt" "port = 1883"
line "sink mqtt" "user = sun"
line "sink mqtt" "password_file = /etc/helio/mqtt-password"
line "helio" "log_level = info"
line "helio" "log_file = /var/log/helio/goodwe.log"
line "group house" "members = goodwe"
has told "goodwe.conf:6: inverter.logfile: becomes"
has told "goodwe.conf:10: mqtt.port: is no number"
has told "goodwe.conf:12: mqtt.clientid: was never filled in"
has told "install -m 600"
has told "goodwe.conf:15: mqtt.colour: is not known"
# as its README has it, everything commented out; or all but what has to be set
readme='[inverter]\n#loglevel = DEBUG\n#pollinterval = 2500\n#vendorId = 0084\n\n[mqtt]\n#server = localhost\n'
printf "$readme" >readme.conf
taken readme.conf
has told "read as goodwe"
line "bus roof" "line = hid:0084:0041"
line "bus roof" "every = 2.5"
line "sink mqtt" "server = localhost"
printf "${readme}server = 192.0.2.9\nport = 1884\n" >readme.conf
taken readme.conf
line "sink mqtt" "server = 192.0.2.9"
line "sink mqtt" "port = 1884"
printf '[mqtt]\nserver = 192.0.2.9\nport = 1883\n' >readme.conf
taken readme.conf
has told "read as goodwe"
printf '[inverter]\npollinterval = $Inverter_PollInterval\nvendorId = $Inverter_VendorId\n' >template.conf
taken template.conf
line "bus roof" "line = hid:0084:0041"
line "bus roof" "every = 2.5"
has told "template.conf:2: inverter.pollinterval: was never filled in"

# ---- logtracer ------------------------------------------------------------------------------------
cat >influx.db <<END
[INFLUXDB]
Host = 192.0.2.5
Port = 8087
DB = sun
User = grafana 
Pass = $secret
Measurement_pref = epever
Mode=individual
END
taken influx.db --units /dev/ttyXRUSB0:1,/dev/ttyXRUSB0:6,/dev/ttyUSB1:1
line "sink influx" "url = http://192.0.2.5:8087"
line "sink influx" "database = sun"
line "sink influx" "user = grafana"
line "sink influx" "password_file = /etc/helio/influx-password"
line "sink influx" "layout = logtracer"
line "sink influx" "measurement = epever"
line "sink influx" "mode = individual"
line "bus tracers1" "line = rtu:/dev/ttyXRUSB0"
line "bus tracers2" "line = rtu:/dev/ttyUSB1"
line "device tracer6" "address = 6"
line "device tracer2-1" "bus = tracers2"
line "group all" "members = tracer1, tracer6, tracer2-1"
has told "influx.db:6: INFLUXDB.Pass: is not shown"
sed -i 's/individual/aggregate/; /^Port/d' influx.db
taken influx.db
line "sink influx" "url = http://192.0.2.5:8086"
line "sink influx" "group = all"
line "group all" "members = tracer1"
has told "INFLUXDB.Port: is not set"
has told "--units"
expect 64 "$HELIO" import-settings influx.db --units 1,2
has err "--units"

# ---- godenerg -------------------------------------------------------------------------------------
cat >settings.py <<END
import os
logger_conf = {'filename': 'godenerg.log'}
http_conf = {
    'port': 8889
}
datalogger_conf = {
    'db_filename': '/home/ups/godenerg.db',
    'interval': 20, 'last_interval': 3, 'samples': 7200,
    'port': 8890
}
charger_conf = {
    'float_voltage': 52.8,
    'absorbtion_voltage': 58.4,
    'absorbtion_amps_threshold': 6.8,
    'charge_check_start': 11,
    'charge_check_end': 16,
}
weather_key = '$secret' + os.environ['KEY']
if os.system('touch was-run'):
    pass
END
taken settings.py
[ ! -e was-run ] || fail "the file was run"
line "store" "keep_fine = 6"
line "store" "thin_to = 20"
line "bus inverter" "line = hid:0665:5161"
line "bus inverter" "every = 3"
line "device axpert" "driver = axpert"
has new.ini "helio import /home/ups/godenerg.db --device axpert"
has new.ini "#enabled = no"
has told "settings.py:18: weather_key: is computed"
has told "settings.py:19: is code"
line "helio" "log_file = /var/log/helio/godenerg.log"
line "group house" "members = axpert"
line "web" "enabled = yes"
line "web" "old_addresses = yes"
line "web" "old_ports = 8889 8890"
has told "settings.py:4: http_conf.port: becomes one of [web] old_ports"
has_not told "no such server"
uncommented -e 's/^(lead_acid =) no/\1 yes/' -e 's/^#?line = serial.*//'
cp wanted.ini new.ini
line "rule absorb" "normal_voltage = 52.8"
line "rule absorb" "absorb_voltage = 58.4"
line "rule absorb" "end_current = 6.8"
line "rule absorb" "stop_from = 11:00"
line "rule absorb" "stop_until = 17:00"
# a voltage that is not known is not made up
sed -i "s/'absorbtion_voltage': 58.4/'absorbtion_voltage': V/" settings.py
taken settings.py
has told "settings.py:13: charger_conf.absorbtion_voltage: is computed"
grep -q '^#absorb_voltage = *$' new.ini || fail "an absorb voltage was made up"

# ---- pyMATE ---------------------------------------------------------------------------------------
cat >mate.py <<END
from datetime import timedelta, time

MX_PORT = 0  # no hub
SERIAL_PORT = '/dev/ttyUSB3'
STATUS_INTERVAL = timedelta(seconds=20)
FXSTATUS_INTERVAL = timedelta(minutes=1)
DCSTATUS_INTERVAL = timedelta(seconds=30)
SYNC_INTERVAL = timedelta(seconds=60)
LOGPAGE_RETRIEVAL_TIME = time(hour=0, minute=5)
ENDPOINT_URL = 'http://me:$secret@192.0.2.7:5000/mate'
LOGFILE = '/var/log/mate.log'
END
taken mate.py
line "bus mate" "line = serial9:/dev/ttyUSB3"
line "bus mate" "every = 20"
line "device mate" "driver = mate"
line "sink receiver" "kind = mate_rest"
line "sink receiver" "url = http://192.0.2.7:5000/mate"
line "helio" "log_file = /var/log/helio/mate.log"
has told "mate.py:8: SYNC_INTERVAL"
has told "mate.py:9: LOGPAGE_RETRIEVAL_TIME"
has told "mate.py:10: ENDPOINT_URL: held a user or password"
uncommented
has wanted.ini "every = 60"
printf "SERIAL_PORT = '/dev/ttyACM0'\nSERIAL_PROTO = 'PJON'\n" >tools.py
taken tools.py
line "bus mate" "line = pjon:/dev/ttyACM0"
has_not new.ini "[sink"
has told "no ENDPOINT_URL"

# ---- the add-on -----------------------------------------------------------------------------------
cat >options.json <<END
{"mqtt_server": "core-mosquitto", "mqtt_client_id": "axpert7", "mqtt_password": "$secret",
 "mqtt_topic_parallel": "power/all", "mqtt_topic": "power/axpert{sn}"}
END
taken options.json
line "bus inverter" "line = hid:0665:5161"
line "device axpert" "driver = axpert"
line "group house" "members = axpert"
line "sink mqtt" "layout = axpert-addon"
line "sink mqtt" "server = core-mosquitto"
line "sink mqtt" "client = axpert7"
line "sink mqtt" "topic = power/axpert{sn}"
line "sink mqtt" "topic_parallel = power/all"

# ---- what is none of them -------------------------------------------------------------------------
expect 0 "$HELIO" import-settings - --kind axpert-addon <options.json
expect 64 "$HELIO" import-settings
expect 64 "$HELIO" import-settings options.json --kind toaster
has err "axpert-addon"
expect 66 "$HELIO" import-settings nowhere.conf
expect 66 "$HELIO" import-settings .
expect 65 "$HELIO" import-settings goodwe.conf --kind pymate
printf 'A = 1\n' >other.py
printf '{"mqtt_password": "%s", ' "$secret" >broken.json
printf 'SERIAL_PORT = "/dev/a"\0\n' >nul.py
head -c 1100000 /dev/zero | tr '\0' '#' >large.py
: >empty
for file in other.py broken.json nul.py large.py empty; do
    expect 65 "$HELIO" import-settings $file
    [ ! -s out ] || fail "$file: something was printed"
    [ -s err ] || fail "$file: nothing was told"
    has_not err "$secret"
done

# ---- what helio would not take is told at once, by the printed line ----------------------------------
printf '[INFLUXDB]\nHost = h\nPass = %s\nMeasurement_pref = _x\n' "$secret" >odd.db
expect 0 "$HELIO" import-settings odd.db
has err "(printed):"
has err "must be a name, and not begin with _"
has err "not accepted as they are"
has err "INFLUXDB.User: is missing"
has out "#password_file = "
has_not err "$secret"
sed -i '/^Measurement/d' odd.db
taken odd.db

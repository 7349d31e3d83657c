# The Home Assistant add-on: its configuration keeps the Supervisor's rules (and broken ones do not),
# and its run script, as it is, brings an inverter's numbers to a broker under the old topics.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs jq curl python3 mosquitto mosquitto_sub mosquitto_passwd
python3 -c 'import yaml' 2>/dev/null || {
    echo "skipped: python3-yaml is not installed"
    exit 77
}
"$HELIO" list sinks | grep -q mqtt || {
    echo "skipped: this helio was built without its mqtt floor"
    exit 77
}
. "$HELIO_SOURCE/tests/flows/_hid.sh"
addon=$HELIO_SOURCE/packaging/hassio-addon
judge() { python3 "$HELIO_SOURCE/tests/addon/judge.py" "$addon" "$@"; }

# ---- the rules
judge --broken || fail "the add-on breaks the rules"

# ---- a broker that wants a password, and a Supervisor that knows it
free_port port
mosquitto_passwd -b -c passwords addons secret-word 2>/dev/null
chmod 644 passwords
printf 'listener %s 127.0.0.1\npassword_file %s/passwords\nuser root\n' "$port" "$TESTS_TMP" >broker.conf
mosquitto -c broker.conf >broker.log 2>&1 &
twins+=($!)
hears() { # FILE SECONDS TOPIC: one message of it
    mosquitto_sub -h 127.0.0.1 -p "$port" -u addons -P secret-word -W "$2" -C 1 -F '%t %p' -t "$3" >"$1" 2>/dev/null
}
until_true 10 mosquitto_sub -h 127.0.0.1 -p "$port" -u addons -P secret-word -W 1 -t '$SYS/broker/version' -C 1 >/dev/null 2>&1 ||
    fail "no broker: $(cat broker.log)"
cat >supervisor.py <<'PYTHON'
import http.server, json, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        right = self.headers["Authorization"] == "Bearer supervisor-token" and self.path == "/services/mqtt"
        self.send_response(200 if right else 403)
        self.end_headers()
        if right:
            self.wfile.write(json.dumps({"result": "ok", "data": {"host": "127.0.0.1", "port": int(sys.argv[1]),
                "username": "addons", "password": "secret-word", "ssl": False, "protocol": "3.1.1"}}).encode())
    def log_message(self, *words): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
open("supervisor.port", "w").write("%d\n" % server.server_address[1])
server.serve_forever()
PYTHON
python3 supervisor.py "$port" &
twins+=($!)
until_true 10 test -s supervisor.port || fail "no supervisor"
export HELIO_ADDON_SUPERVISOR=http://127.0.0.1:$(cat supervisor.port)
export HELIO_ADDON_DATA=$TESTS_TMP/data HELIO_ADDON_CONFIG=$TESTS_TMP/config HELIO_ADDON_PORT HELIO
free_port HELIO_ADDON_PORT
mkdir -p data config

# run_addon NAME [COMMAND...]: the script in the background
run_addon() {
    local name=$1
    shift
    "$@" bash "$addon/run.sh" >"$name.log" 2>&1 &
    ADDON=$!
    twins+=("$ADDON")
}
end_addon() {
    kill "$1" 2>/dev/null
    wait "$ADDON" 2>/dev/null
    forget "$ADDON"
}

# ---- the four old options, nothing else: the inverter on USB, found by its ids
cat >data/options.json <<'JSON'
{"mqtt_server": "core-mosquitto", "mqtt_client_id": "axpert", "mqtt_topic_parallel": "power/axpert",
 "mqtt_topic": "power/axpert{sn}", "layout": "axpert-addon", "devices": [], "web": false, "verbose": false}
JSON
judge --options data/options.json || fail "these options are none of the schema"
unit 111 92932105105111 1-1 0 >units
export SUPERVISOR_TOKEN=supervisor-token
run_addon old umockdev-wrapper "$TOOLS/hid_mock" units log --
hears heard 90 'power/axpert92932105105111' || {
    cat old.log >&2
    fail "nothing came to the old topic"
}
INNER=$(pgrep -P "$ADDON" -x helio || echo "$ADDON")
python3 -c 'import json
topic, words = open("heard").read().split(" ", 1)
keys = {"BusVoltage", "InverterHeatsinkTemperature", "BatteryVoltageFromScc", "PvInputCurrent", "PvInputVoltage",
        "PvInputPower", "BatteryChargingCurrent", "BatteryDischargeCurrent", "DeviceStatus"}
said = json.loads(words)
assert keys <= set(said), keys - set(said)
assert said["PvInputPower"] == 111, said' || fail "the old keys: $(cat heard)"
until_true 30 hears found 3 'homeassistant/device/helio_92932105105111/config' || fail "Home Assistant finds nothing: $(cat data/helio.conf)"
has old.log "the broker is Home Assistant's own"
end_addon "$INNER"
for file in old.log data/helio.conf; do
    has_not "$file" secret-word
    has_not "$file" supervisor-token
done
[ "$(stat -c %a data/secrets/mqtt-password data/helio.conf | sort -u)" = 600 ] || fail "secrets can be read by others"
[ "$(cat data/secrets/mqtt-password)" = secret-word ] || fail "the password file is wrong"
unset SUPERVISOR_TOKEN

# ---- the new options: devices on one wire, both layouts, a database, the page
FAMILY=tracer twin wires --ids 1,2 --link "$TESTS_TMP/cable"
cat >data/options.json <<JSON
{"mqtt_server": "127.0.0.1", "mqtt_port": $port, "mqtt_user": "addons", "mqtt_password": "secret-word",
 "mqtt_client_id": "helio", "mqtt_topic_parallel": "power/axpert", "mqtt_topic": "power/axpert{sn}",
 "layout": "both", "discovery": "no", "every": 1, "web": true, "verbose": true,
 "devices": [{"name": "roof", "driver": "tracer", "line": "rtu:$TESTS_TMP/cable", "address": 1, "line_settings": "speed=115200, echo=no"},
             {"name": "barn", "driver": "tracer", "line": "rtu:$TESTS_TMP/cable", "address": 2}],
 "influx_url": "http://127.0.0.1:1", "influx_api": "v2", "influx_database": "sun", "influx_org": "home", "influx_token": "token-word"}
JSON
sed "s|rtu:$TESTS_TMP/cable|rtu:/dev/ttyUSB0|" data/options.json >plain.json
judge --options plain.json || fail "these options are none of the schema"
run_addon new
hears heard 90 'helio/barn/state' || {
    cat new.log data/helio.conf >&2
    fail "nothing came to the new topic"
}
grep -q '"pv_power"' heard || fail "no power: $(cat heard)"
until_true 20 curl -sf -o status.json "http://127.0.0.1:$HELIO_ADDON_PORT/healthz" || fail "no page"
end_addon "$ADDON"
[ "$(grep -c '^\[bus ' data/helio.conf)" = 1 ] || fail "one cable, $(grep -c '^\[bus ' data/helio.conf) buses"
has data/helio.conf "speed = 115200"
has data/helio.conf "bucket = sun"
has data/helio.conf "client = helio-home"
has_not data/helio.conf "discovery ="
has_not data/helio.conf token-word
has_not new.log token-word
[ "$(cat data/secrets/influx-token)" = token-word ] || fail "the token's file is wrong"

# ---- what cannot be
spoilt() { # WORDS FILTER
    jq "$2" data/options.json >spoilt.json
    cp data/options.json kept.json
    cp spoilt.json data/options.json
    expect 78 bash "$addon/run.sh"
    has err "$1"
    cp kept.json data/options.json
}
spoilt "control character" '.mqtt_topic = "a\n[bus evil]\nline = sim"'
spoilt "is none of axpert-addon, helio, both" '.layout = "old"'
spoilt "is no driver" '.devices[0].driver = "pacer"'
echo '[]' >data/options.json
expect 78 bash "$addon/run.sh"
has err "cannot be read"

# ---- settings of one's own instead
printf '[store]\npath = %s/own.db\n[bus own]\nline = sim\n[device own]\ndriver = tracer\nbus = own\n' "$TESTS_TMP" >config/helio.conf
rm data/options.json
run_addon own
until_true 20 grep -q "the options are not used" own.log || fail "$(cat own.log)"
until_true 20 "$HELIO" export --from 2020-01-01 -c config/helio.conf >/dev/null 2>&1 || true
until_true 20 test -s own.db || fail "settings of one's own are not used: $(cat own.log)"
end_addon "$ADDON"
echo "$SECONDS s: the add-on runs"

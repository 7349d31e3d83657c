# Everything the API answers, held against `helio status` and `helio export`: a house of two tracers,
# an axpert, a group and a tracer that falls silent, with days of history on both sides of a change of
# the clock. Then reloads while somebody asks all the time.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
. "$HELIO_SOURCE/tests/flows/_web.sh"
needs curl python3 promtool

web_house
twin shy --link "$TESTS_TMP/bus" --ids 3 --at 12:00 --day clear
cat >>web.ini <<INI
[bus porch]
line = rtu:$TESTS_TMP/bus
every = 1
[device shy]
driver = tracer
bus = porch
address = 3
INI
daemon web.ini
until_true 15 eval '! "$HELIO" status --json | grep -q "\"unheard\"" && [ -n "$(curl -s "$URL/api/v1/board?device=ax" | grep inverter_alarms)" ]' ||
    fail "somebody is not heard"
curl -s "$URL/metrics" >before.prom
end_twins_but_daemon
silent_since=$SECONDS

python3 "$HELIO_SOURCE/tests/flows/_web_api.py" "$URL" || fail "the API does not answer as it should"

# ---- Prometheus ----------------------------------------------------------------------------------
promtool check metrics <before.prom >promtool.out 2>&1 || { cat promtool.out >&2; fail "promtool complains"; }
[ ! -s promtool.out ] || { cat promtool.out >&2; fail "promtool has something to say"; }
has before.prom 'helio_pv_power_watts{device="shy"}'
until_true 20 eval '[ "$(status_get devices.3.state)" != online ]' || fail "the silent device stays online"
curl -s "$URL/metrics" >after.prom
promtool check metrics <after.prom >promtool.out 2>&1 || fail "promtool complains of a silent device"
has after.prom 'helio_device_up{device="shy"} 0'
has after.prom 'helio_device_up{device="unit1"} 1'
[ "$(grep -c '{device="shy"' before.prom)" -gt 20 ] || fail "the shy one had no series"
left=$(grep '{device="shy"' after.prom | grep -vc '^helio_device_')
[ "$left" = 0 ] || fail "$left series of a silent device are left"
for name in helio_build_info helio_device_last_success_timestamp_seconds helio_queue_bytes \
    'helio_frames_total{bus="roof",result="ok"}' helio_pv_energy_joules_total helio_battery_voltage_volts \
    'helio_queue_oldest_timestamp_seconds{sink="nowhere"}' 'helio_points_dropped_total{sink="nowhere",reason="aside"} 0' \
    helio_battery_soc_ratio helio_heatsink_temperature_celsius helio_grid_frequency_hertz; do
    has before.prom "$name"
done
asked=$(sed -n 's/^helio_frames_total{bus="roof",result="ok"} //p' after.prom)
between 10 "$asked" 10000
joules=$(sed -n 's/^helio_pv_energy_joules_total{device="unit1"} //p' before.prom)
kwh=$(curl -s "$URL/api/v1/board?device=unit1" | json_get 0.values.pv_energy.value)
between "$(awk "BEGIN { print $joules / 3.6e6 - 0.1 }")" "$kwh" "$(awk "BEGIN { print $joules / 3.6e6 + 0.1 }")"
curl -s "$URL/api/v1/board?device=shy" | json_get 0.values.pv_power.value | grep -qx None ||
    fail "an old value is served as if it were live"
echo "silent after $((SECONDS - silent_since)) s: $(grep -c . before.prom) lines before, $(grep -c . after.prom) after"

# ---- reloads while somebody asks -----------------------------------------------------------------
while :; do curl -s "$URL/api/v1/sinks" "$URL/metrics" "$URL/readyz" >/dev/null; done &
asker=$!
twins+=("$asker")
for reload in 1 2 3 4 5 6; do
    kill -HUP "$DAEMON"
    until_true 10 eval '[ "$(grep -c "settings read again" daemon.err)" -ge $reload ]' || fail "reload $reload never came"
done
until_true 5 eval 'curl -sf --max-time 2 "$URL/healthz" >/dev/null' || fail "a reload while somebody asks ends it all"
kill "$asker"
wait "$asker" 2>/dev/null
forget "$asker"
curl -s "$URL/api/v1/events?format=csv" >events.csv
has events.csv "settings read again"
daemon_end
[ "$DAEMON_CODE" = 0 ] || { cat daemon.err >&2; fail "it ended with $DAEMON_CODE"; }

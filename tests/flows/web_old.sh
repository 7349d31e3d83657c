# The old inverter program's addresses, at its own two ports: the same keys, the same four forms of a
# date, every column as a chart; answered from the board and the store, and not at all when the inverter
# is not heard.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
. "$HELIO_SOURCE/tests/flows/_web.sh"
needs curl python3

free_port old older
web_house "old_addresses = yes" "old_ports = $old, $older"
FAMILY=axpert twin inverter --link "$TESTS_TMP/ax" --at 12:00 --day clear --time-scale 0
sed -i "/^\[bus shed\]/,/^\[device/ { s|^line = .*|line = serial:$TESTS_TMP/ax|; s|^speed = .*|speed = 115200|; /^at = /d; /^day = /d }" web.ini
sed "s/^old_ports = .*/old_ports = $old $old/" web.ini >twice.ini
expect 78 "$HELIO" check --offline -c twice.ini
has err "old_ports"
daemon web.ini
until_true 15 eval '[ "$(status_get devices.2.state)" = online ] && curl -s "$URL/cmds?cmd=operation_mode" | grep -q "\"BT\"\|\"LN\""' ||
    fail "the inverter is not heard: $(curl -s "$URL/cmds?cmd=operation_mode")"
until_true 10 curl -sf -o /dev/null "$URL/graph?from=20260101&to=20321231&col_1=batt_volt" || fail "nothing is stored"
until_true 10 eval 'curl -s "$URL/cmds?cmd=status" | grep -q "\"mask_c\": *\""' || fail "its settings are not stored"
expect 0 "$HELIO" ask -c web.ini ax QPIGS --raw
raw=$(python3 -c 'import sys; print(bytes.fromhex(sys.stdin.read()).decode("latin-1")[1:107])' <out)
python3 "$HELIO_SOURCE/tests/flows/_web_old.py" "http://127.0.0.1:$old" "http://127.0.0.1:$older" "$URL" "$raw" ||
    fail "the old addresses answer otherwise than they did"

# the page that it had is the page of today
for gone in viewer weather; do
    [ "$(curl -s -o /dev/null -w '%{http_code} %{redirect_url}' "http://127.0.0.1:$old/$gone")" = "302 http://127.0.0.1:$old/" ] ||
        fail "/$gone leads nowhere"
done
[ "$(curl -sL -o /dev/null -w '%{http_code}' "http://127.0.0.1:$old/viewer")" = 200 ] || fail "the page is not where /viewer leads"

end_twins_but_daemon
until_true 20 eval '[ "$(curl -s -o gone.json -w "%{http_code}" "http://127.0.0.1:$old/cmds?cmd=status")" = 503 ]' ||
    fail "a silent inverter still has values: $(cat gone.json)"
has gone.json '"error": '
curl -si "http://127.0.0.1:$old/cmds?cmd=status" >gone.txt
has gone.txt 'Retry-After: '

# another device, and more points than are drawn: days at every 5 minutes, and a year
sed -i 's/^old_addresses = .*/&\nold_device = unit1/' web.ini
kill -HUP "$DAEMON"
until_true 5 eval 'curl -sf -o /dev/null "http://127.0.0.1:$old/cmds?cmd=status"' || fail "the other device is not there"
points() { curl -s "http://127.0.0.1:$older/graph?from=$1&to=$2&col_1=pv_watts&col_2=batt_volt" | tr -dc LM | wc -c; }
between 2500 "$(points 20261023 20261028)" 2700
between 100 "$(points 20260101 20261231)" 200

sed -i 's/^old_addresses = .*/old_addresses = no/' web.ini
kill -HUP "$DAEMON"
until_true 5 eval '[ "$(curl -s -o /dev/null -w "%{http_code}" "$URL/cmds?cmd=status")" = 404 ]' || fail "not off after a reload"
daemon_end
[ "$DAEMON_CODE" = 0 ] || { cat daemon.err >&2; fail "it ended with $DAEMON_CODE"; }

# The table, its JSON form, and an end on request.
source "$(dirname "$0")/lib.sh"
twin two --ids 1-2 --link "$TESTS_TMP/bus"
devs=("tracer@$LINE:1" "tracer@$LINE:2")
expect 0 "$HELIO" watch --rounds 3 --every 0.3 "${devs[@]}"
[ "$(grep -c '^round ' out)" = 3 ] || fail "$(grep -c '^round ' out) tables"
has out "together: PV"
expect 0 "$HELIO" watch --json --rounds 3 --every 0.3 "${devs[@]}"
[ "$(wc -l <out)" = 6 ] || fail "$(wc -l <out) lines"
python3 -c 'import json,sys; [json.loads(l) for l in open("out")]' || fail "not JSON"
expect 0 "$HELIO" watch --for 1 --every 0.3 "${devs[@]}"
"$HELIO" watch --every 0.3 "${devs[@]}" >endless 2>err & # a file of its own: it has begun when a round is in it
watch=$!
twins+=("$watch")
until_true 10 grep -q '^round ' endless || fail "nothing is shown"
kill -INT $watch
wait $watch || fail "Ctrl-C ended it with $?"
# Many simulated devices of one settings file, no wire at all.
[ -z "${HELIO_SOURCE:-}" ] || expect 0 "$HELIO" watch --rounds 2 -c "$HELIO_SOURCE/examples/demo.ini"

# A device that is never heard is an error, in both forms; one that sleeps is none, nor is an end by
# Ctrl-C (above).
expect 69 "$HELIO" watch --rounds 1 "tracer@tcp:127.0.0.1:1"
expect 69 "$HELIO" watch --json --rounds 1 "tracer@tcp:127.0.0.1:1" tracer@sim:1
expect 69 "$HELIO" watch --rounds 1 tracer@sim:silent=1:1

# longest WIDTH: no line of the table is longer
longest() {
    awk -v most="$1" 'length > most { print; bad = 1 } END { exit bad }' out || fail "it is wider than $1"
}
cat >plant.conf <<CONF
[bus roof]
line = sim
[device south]
driver = tracer
bus = roof
address = 1
[device a-name-of-more-letters-than-most]
driver = tracer
bus = roof
address = 2
[bus yard]
line = tcp:127.0.0.1:1
[device lost]
driver = tracer
bus = yard
[group house]
members = south, a-name-of-more-letters-than-most
CONF
for width in 120 80 40; do
    COLUMNS=$width expect 69 "$HELIO" watch --rounds 1 -c plant.conf
    longest "$width"
    has out "PV W"
    has out "letters-than-most"
done
COLUMNS=80 expect 0 "$HELIO" watch --rounds 1 "${devs[@]}"
for head in "PV W" "batt V" "batt A" "SOC %" "load W"; do has out "$head"; done
has_not out " ms"
expect 0 "$HELIO" watch --rounds 1 "${devs[@]}" # nobody says how wide: all of it
for head in "PV V" "today kWh" "total kWh" "stage" "round"; do has out "$head"; done
# A terminal says it itself.
cat >narrow.py <<'PYTHON'
import fcntl, os, pty, struct, subprocess, sys, termios
ours, theirs = pty.openpty()
fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
child = subprocess.Popen(sys.argv[1:], stdout=theirs)
os.close(theirs)
seen = b""
try:
    while piece := os.read(ours, 65536):
        seen += piece
except OSError:
    pass
print(seen.decode().replace("\x1b[K", "").replace("\x1b[H", "").replace("\x1b[2J", "").replace("\x1b[J", "").replace("\r", ""))
sys.exit(child.wait())
PYTHON
expect 0 python3 narrow.py "$HELIO" watch --rounds 1 "${devs[@]}"
longest 80
has out "PV W"

# By the names of the settings: a unit behind a hub without the others there, a group with its sum.
cat >house.conf <<CONF
[bus nest]
line = sim
at = 12:00
time_scale = 0
[device hub]
driver = mate
bus = nest
[device fx]
driver = mate
bus = nest
serial = fx2
[device lost]
driver = mate
bus = nest
serial = fx9
[bus roof]
line = sim
at = 12:00
time_scale = 0
[device south]
driver = tracer
bus = roof
address = 1
[device east]
driver = tracer
bus = roof
address = 2
[group house]
members = south, east
CONF
chmod 600 house.conf
expect 0 "$HELIO" watch --rounds 1 -c house.conf fx
grep -q '^fx .* 27' out || fail "no row of the unit: $(cat out)"
has out "together: load" # nobody says what panels make
for name in hub "PV 0.0 W" south; do has_not out "$name "; done
expect 69 "$HELIO" watch --rounds 1 -c house.conf lost
has out "not heard yet"
has_not out " ms"
has_not out "0.0 W"
expect 0 "$HELIO" watch --rounds 1 --json -c house.conf house fx
python3 - <<'PYTHON' || fail "not the sum: $(cat out)"
import json
said = {r["device"]: r for r in map(json.loads, open("out"))}
assert sorted(said) == ["east", "fx", "house", "south"], sorted(said)
pv = {name: said[name]["metrics"]["pv_power"] for name in ("east", "south", "house")}
assert abs(pv["east"] + pv["south"] - pv["house"]) < 0.01, pv
PYTHON
expect 0 "$HELIO" watch --rounds 1 -c house.conf house
grep -q '^house ' out || fail "no row of the group: $(cat out)"
has_not out hub

# Whoever waits for something that never comes delays nobody else: once, tell, resend and discovery
# purge hang on a dead wire, a database and a broker that say nothing, and two say nothing on the
# control socket. The page is answered, no reading is dropped, HUP and TERM are obeyed.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/_servers.sh"
needs python3 sqlite3
free_port port
cat >a.ini <<INI
[store]
path = $TESTS_TMP/helio.db
[bus roof]
line = sim
every = 0.5
paced = no
[bus shed]
line = tcp:127.0.0.1:MUTE
every = 1
[device south]
driver = tracer
bus = roof
[device east]
driver = tracer
bus = shed
allow_tell = yes
[sink base]
kind = influx
url = http://127.0.0.1:MUTE
database = solar
[sink broker]
kind = mqtt
server = 127.0.0.1
port = MUTE
[web]
enabled = yes
port = $port
INI
python3 "$HELIO_SOURCE/tests/flows/_unhurried.py" "$port" || fail "it was hurried"
[ "$(sqlite3 helio.db "SELECT count(*) FROM event WHERE text = 'settings read again'")" = 2 ] || fail "a reload is missing"

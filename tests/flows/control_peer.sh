# Who answers on the control socket is looked at, and who asks: another user who listened there first
# is told nothing, and one whom the file's mode let in by mistake gets no answer.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/_servers.sh"
needs python3 setpriv
[ "$(id -u)" = 0 ] || { echo "skipped: it needs a second user"; exit 77; }

cat >a.ini <<INI
[store]
path = $TESTS_TMP/helio.db
[bus roof]
line = sim
paced = no
every = 0.5
[device south]
driver = tracer
bus = roof
allow_tell = yes
INI
printf 'time,device,pv_power\n2026-11-01T12:00:00Z,south,5\n' >rows.csv
public_folder # the other user must get so far, wherever this checkout lies
mkdir -m 1777 "$PUBLIC/run"
export HELIO_RUN_DIR=$PUBLIC/run
other() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
for python in "$(command -v python3)" /usr/bin/python3; do ! other "$python" -c '' 2>/dev/null || break; done
other "$python" -c '' 2>/dev/null || { echo "skipped: there is no Python for another user"; exit 77; }

# ---- somebody else listens: whatever is asked, it is told to nobody -----------------------------------
cat >"$PUBLIC/false_daemon.py" <<'PYTHON'
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen(5)
print("listens", flush=True)
while True:
    c, _ = s.accept()
    c.settimeout(5)
    try:
        print("heard", c.recv(1000), flush=True)
        c.sendall(b"o done, and read back\nx 0\n")
    except OSError:
        pass
    c.close()
PYTHON
other "$python" "$PUBLIC/false_daemon.py" "$HELIO_RUN_DIR/control.sock" >heard 2>&1 &
false_daemon=$!
twins+=($false_daemon)
until_true 20 grep -q listens heard || fail "nobody listens: $(cat heard)"
expect 77 "$HELIO" tell -c a.ini south load_manual=on
has err "owns neither that folder nor the store"
expect 77 "$HELIO" status -c a.ini
! grep -q "heard b'[^']" heard || fail "it was told: $(cat heard)"
kill "$false_daemon"
wait "$false_daemon" 2>/dev/null
rm -f "$HELIO_RUN_DIR/control.sock"

# ---- somebody else asks --------------------------------------------------------------------------------
"$HELIO" run -c a.ini 2>err.log &
daemon=$!
twins+=($daemon)
until_true 20 "$HELIO" status -c a.ini >status 2>&1
[ "$(stat -c %a "$HELIO_RUN_DIR/control.sock")" = 660 ] || fail "the socket's mode is $(stat -c %a "$HELIO_RUN_DIR/control.sock")"
chmod 666 "$HELIO_RUN_DIR/control.sock"
answer=$(other "$python" -c '
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.settimeout(10)
s.connect(sys.argv[1])
try:
    s.sendall(b"status\ttext\n")
    print(s.recv(1000))
except OSError as e:
    print(e)' "$HELIO_RUN_DIR/control.sock")
[[ $answer != *device* ]] || fail "a stranger got an answer: $answer"
has err.log "user 65534 may not use the control socket"
expect 0 "$HELIO" status -c a.ini
kill "$daemon"
wait "$daemon" || fail "it ended with $?"

# ---- no folder of ours: the socket is beside the store, where nobody else can be first -----------------
unset HELIO_RUN_DIR
[ ! -d /run/helio ] || exit 0
"$HELIO" run -c a.ini 2>err.log &
daemon=$!
twins+=($daemon)
until_true 20 "$HELIO" status -c a.ini >status 2>&1
[ -S helio.db.control ] || fail "it is not beside the store"
kill "$daemon"
wait "$daemon" || fail "it ended with $?"

# Answers that came and were refused are not told as silence: what came stands beside the error.
. "$HELIO_SOURCE/tests/flows/lib.sh"
command -v python3 >/dev/null || exit 77
cat >peer.py <<'PYTHON'
# answers every line with the same bytes, so many seconds after it: peer.py HEX SECONDS LINK
import os, pty, sys, time, tty
answer, pause, link = bytes.fromhex(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
ours, theirs = pty.openpty()
tty.setraw(ours), tty.setraw(theirs)
os.symlink(os.ttyname(theirs), link)
while True:
    if b"\r" in os.read(ours, 256):
        time.sleep(pause)
        os.write(ours, answer)
PYTHON
# came HEX SECONDS WORDS...: all of them stand in what is told
came() {
    local word
    rm -f unit
    python3 peer.py "$1" "$2" unit &
    twins+=($!)
    for _ in $(seq 200); do
        [ -e unit ] && break
        sleep 0.05
    done
    expect 69 "$HELIO" ask "axpert@serial:$TESTS_TMP/unit,tries=2" QPI
    for word in "${@:3}"; do has err "$word"; done
    has_not err "no answer in time"
    end_twins
}
came 5e443030353138010d 0.05 '(garbage): 9 bytes, "^D00518\x01\r"'                          # another protocol
unset HELIO_CLOCK_RATE
came 000102030405060708090a0b0c0e0f101112131415161718191a1b1c1d1e1f2021222324250d 0.05 '38 bytes, 00 01 02' '...'
expect 69 "$HELIO" ask axpert@sim:silent=1,tries=1 QPI
has err "no answer in time (address 1)"
has_not err "what came"

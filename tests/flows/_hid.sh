# Inverters on USB that are not there, for the flows: sourced after lib.sh and _servers.sh. What is
# asked in words is framed by frames.py; the plugs are pulled while the daemon runs.
[ -x "$TOOLS/hid_mock" ] && command -v umockdev-wrapper >/dev/null || {
    echo "skipped: umockdev is not here: apt install umockdev libumockdev-dev"
    exit 77
}
needs sqlite3 python3
# shellcheck source=tests/flows/_hid_words.sh
. "$HELIO_SOURCE/tests/flows/_hid_words.sh"
FAMILY=${FAMILY:-axpert} USB_IDS=${USB_IDS:-0665:5161}
# The mock's library stands in front of the sanitizer's, which would refuse that.
export ASAN_OPTIONS=verify_asan_link_order=0 TMPDIR=$TESTS_TMP

# unit NUMBER SERIAL PATH NODE: the same for the mock's script
unit() {
    echo "device $3 $4"
    unit_words "$1" "$2" | python3 "$HELIO_SOURCE/tests/qemu/frames.py" |
        sed 's/^/answer /; s/\t/ = /'
    echo "other 28 4e 41 4b 73 73 0d" # NAK
}
# twin_unit NAME PATH NODE OPTIONS...: a twin of FAMILY, with USB_IDS, behind the mock
twin_unit() {
    local name=$1 path=$2 node=$3
    shift 3
    twin "$name" --reports "$TESTS_TMP/$name" "$@"
    printf 'device %s %s\nids %s\nsocket %s\n' "$path" "$node" "$USB_IDS" "$TESTS_TMP/$name" >>units
    [ "$FAMILY" != goodwe ] || echo "report 0" >>units
}
# mocked COMMAND...: with the units of the file "units"; what was written is in log
mocked() { timeout 60 umockdev-wrapper "$TOOLS/hid_mock" units log -- "$@"; }
frame() { printf '*\t%s\n' "$1" | python3 "$HELIO_SOURCE/tests/qemu/frames.py" | cut -f 2; }

# hid_daemon FILE: helio run among the units of the file "units", which says "orders orders"
hid_daemon() {
    [ -p orders ] || mkfifo orders
    # shellcheck disable=SC2016 # for the inner shell
    umockdev-wrapper "$TOOLS/hid_mock" units log -- bash -c '
        printf "%s\n" "$UMOCKDEV_DIR" "$LD_PRELOAD" >within
        echo $$ >daemon.pid
        exec "$HELIO" run -c "$0" 2>>daemon.err' "$1" >daemon.out 2>mock.err &
    MOCK=$!
    until_true 10 "$HELIO" status >/dev/null 2>&1 || {
        cat daemon.err mock.err >&2
        fail "the daemon did not start"
    }
    DAEMON=$(cat daemon.pid)
    twins+=("$DAEMON" "$MOCK")
}
has_ended() { ! kill -0 "$1" 2>/dev/null; }
# hid_daemon_end: the mock ends with its program, and with its exit code
hid_daemon_end() {
    kill "$DAEMON"
    if ! until_true 20 has_ended "$MOCK"; then
        tail -n 20 daemon.err mock.err >&2
        fail "the daemon or its mock did not end: $(cat /proc/"$DAEMON"/wchan /proc/"$MOCK"/wchan 2>/dev/null)"
    fi
    wait "$MOCK"
    DAEMON_CODE=$?
    forget "$DAEMON"
    forget "$MOCK"
    [ "$DAEMON_CODE" = 0 ] || {
        tail -n 20 daemon.err mock.err >&2
        fail "the daemon ended with $DAEMON_CODE"
    }
}
# beside COMMAND...: another program that sees the same units
beside() {
    local within
    mapfile -t within <within
    UMOCKDEV_DIR=${within[0]} LD_PRELOAD=${within[1]} "$@"
}
# order WORDS...: to the mock; one that reads no more must not hold us
order() {
    # shellcheck disable=SC2016 # for the inner shell
    timeout 20 bash -c 'printf "%s\n" "$@" >orders' order "$@" || {
        tail -n 20 daemon.err mock.err >&2
        fail "the mock takes no orders any more"
    }
}
# reports_to SOCKET: how many were written to the unit there so far
reports_to() { grep -c "^$1 >" log; }
# hears_more SOCKET COUNT SEEN: so many more than that
hears_more() { [ "$(reports_to "$1")" -ge $(($3 + $2)) ]; }
now_ms() { date +%s%3N; }
# stored_since DEVICE MS: has it a reading of a later tick?
stored_since() {
    [ -n "$(sql "SELECT 1 FROM reading r JOIN device d ON d.id = r.device
        WHERE d.name = '$1' AND r.kind = 0 AND r.at >= $2 LIMIT 1")" ]
}
# judged FILE WORDS...: what the store holds, looked at by judge_rows.py
judged() { python3 "$HELIO_SOURCE/tests/flows/_judge_rows.py" "$TESTS_TMP/helio.db" "$@"; }
# percentiles: of the numbers on stdin, one a line
percentiles() {
    sort -n | awk '{ v[NR] = $1 }
        function at(p,  i) { i = int(NR * p + 0.999999); return v[i < 1 ? 1 : i] }
        END { printf "p50 %d p95 %d max %d (%d)\n", at(0.5), at(0.95), v[NR], NR }'
}

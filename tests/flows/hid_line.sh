# USB HID units that are not there: found, told apart, talked to, unplugged and plugged in again.
source "$(dirname "$0")/lib.sh"
[ -x "$TOOLS/hid_mock" ] && command -v umockdev-wrapper >/dev/null || {
    echo "umockdev is not here: apt install umockdev libumockdev-dev"
    exit 77
}
# The mock's library stands in front of the sanitizer's, which would refuse that.
export ASAN_OPTIONS=verify_asan_link_order=0 TMPDIR=$TESTS_TMP

# "QID", its check sum and CR; the answer with any sum, that is not looked at here
qid="51 49 44 d6 ea 0d"
says() { printf 'answer %s = 28 %s 12 34 0d\n' "$qid" "$1"; }
qpigs() { echo "answer 51 50 49 47 53 0d = 28 $1 0d"; }
long="30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66 67 68 69"

# mocked COMMAND...: with the units of the file "units"; what was written is in log
mocked() { timeout 60 umockdev-wrapper "$TOOLS/hid_mock" units log -- "$@"; }
talk() { mocked "$TOOLS/hid_talk" "$@"; }
reports() { grep -c '>' log; }

# One unit needs no name. Questions go in reports of 8 bytes behind a 0, the last one filled up;
# answers of several reports are put together, and what fills them up is none of them.
{
    echo "device 1-1.4 0"
    qpigs "$long"
    echo "answer 51 50 49 47 53 b7 a9 0d = 28 38 0d"
    echo "answer 51 50 47 53 30 31 32 33 34 35 36 37 38 39 31 30 0d = 28 31 37 0d"
} >units
expect 0 talk 0665:5161 "" 1 0 QPIGS $'QPIGS\xb7\xa9' '~QPIGS' QPGS012345678910
cat >wanted <<'END'
1-1.4 plugged in
1-1.4 > 00 51 50 49 47 53 0d 00 00
1-1.4 > 00 51 50 49 47 53 b7 a9 0d
1-1.4 > 00 51 50 49 47 53 0d 00 00
1-1.4 > 00 51 50 47 53 30 31 32 33
1-1.4 > 00 34 35 36 37 38 39 31 30
1-1.4 > 00 0d 00 00 00 00 00 00 00
END
diff wanted log || fail "other bytes were written"
has out "QPIGS: (0123456789abcdefghi"
has out "~QPIGS: (0123456789abcdefghi"
has out ": (8"
has out "QPGS012345678910: (17"
has_not out "asked who"
grep -qE ", [1-9][0-9]* stray bytes" out || fail "what fills up the last report is not counted" # the bites leave it

# All reports at once are the same answer.
sed -i 's/^device.*/&\nmerged/' units
expect 0 talk 0665:5161 "usb_path=1-1.4" 2 0 QPIGS '~QPIGS' QPIGS
[ "$(grep -cxF "QPIGS: (0123456789abcdefghi" out)" = 4 ] || fail "merged reports were not understood"
[ "$(grep -cxF "~QPIGS: (0123456789abcdefghi" out)" = 2 ] || fail "merged reports were not understood"

# A unit behind no bridge takes its question in one report, whatever its length.
printf 'device 3-2 1\nids 0084:0041\nreport 0\nanswer cc 99 6c 6f 6e 67 65 72 0d = 28 6f 6b 0d\n' >units
expect 0 talk 0084:0041 report=0,speed=0 1 0 $'\xcc\x99longer'
has log "> 00 cc 99 6c 6f 6e 67 65 72 0d"
has out ": (ok"

# What comes unasked is no answer: neither within a round, nor between two.
{
    echo "device 1-1 0"
    echo "stray 28 77 72 6f 6e 67 0d 00"
    qpigs "31"
} >units
expect 0 talk 0665:5161 "" 3 100 QPIGS 100 QPIGS
[ "$(grep -cxF "QPIGS: (1" out)" = 6 ] || fail "stray reports were taken for answers"
grep -qE "[0-9]+ asked, 6 answered, [1-9][0-9]* stray bytes" out || fail "not each was answered once: $(tail -n 1 out)"

# An answer cannot come before its question has ended; without a speed nobody knows.
sed -i 's/^stray.*/instant/' units
# On a busy machine the mock may be late with it: once in a few times must do.
for _ in 1 2 3 4 5; do
    talk 0665:5161 "" 1 0 QPIGS >out 2>err || break
done
has out "QPIGS: foreign"
expect 0 talk 0665:5161 speed=0 1 0 QPIGS
has out "QPIGS: (1"

# Two are told apart by the serial number they give, and asked for it once.
{
    echo "device 1-1 0"
    says "31 31 31"
    qpigs "41"
    echo "device 1-2 1"
    says "32 32 32"
    qpigs "42"
} >units
printf 'device 3-2.1 2\nids 0084:0041\n' >>units
expect 0 talk list "0084:0041 0665:5161 1:2"
cat >wanted <<'END'
0084:0041 3-2.1 /dev/hidraw2 "MOCK UPS" by "MOCK"
0665:5161 1-1 /dev/hidraw0 "MOCK UPS" by "MOCK"
0665:5161 1-2 /dev/hidraw1 "MOCK UPS" by "MOCK"
END
sort out | diff wanted - || fail "other units are listed"
expect 0 talk 0665:5161 unit=222 3 0 QPIGS
[ "$(grep -cxF "QPIGS: (B" out)" = 3 ] || fail "another unit answered"
has out "asked who: 111"
[ "$(grep -c "asked who" out)" = 2 ] || fail "units were asked more than once"
expect 0 talk 0665:5161 unit=111,usb_path=1-1 1 0 QPIGS
has out "QPIGS: (A"
[ "$(grep -c "asked who" out)" = 1 ] || fail "a unit in another socket was asked"
expect 0 talk 0665:5161 usb_path=1-2 1 0 QPIGS
has out "QPIGS: (B"
has_not out "asked who"
# Without a name for it, or with a wrong one, none of them is taken.
expect 78 talk 0665:5161 "" 1 0 QPIGS
has err "usb_path = 1-1 (not asked), usb_path = 1-2 (not asked)"
has err "unit ="
expect 69 talk 0665:5161 unit=333 2 0 QPIGS
has err "usb_path = 1-1 (serial 111), usb_path = 1-2 (serial 222)"
expect 69 talk 0665:5161 unit=111,usb_path=1-2 1 0 QPIGS
has err "usb_path = 1-2 (serial 222)"
expect 69 talk 0665:5161 usb_path=1-3 1 0 QPIGS
has err "usb_path = 1-3"
expect 69 talk 0667:5161 "" 1 0 QPIGS
has err "0667:5161"
has err "lsusb"
[ "$(reports)" = 0 ] || fail "a unit that was not meant was spoken to"

# Two that give the same serial number: both are named, and a socket still says which is meant.
sed 's/32 32 32/31 31 31/' -i units
expect 78 talk 0665:5161 unit=111 2 0 QPIGS
has err "usb_path = 1-1 (serial 111), usb_path = 1-2 (serial 111)"
has_not out "QPIGS"
expect 0 talk 0665:5161 usb_path=1-1 1 0 QPIGS
has out "QPIGS: (A"

# Of three, one says nothing: it is asked once, and keeps nobody from the others.
{
    echo "device 1-1 0"
    echo "device 1-2 1"
    says "32 32 32"
    qpigs "42"
} >units
expect 0 talk 0665:5161 unit=222 3 0 QPIGS
has_not err "1-1"
[ "$(grep -c '^1-1 >' log)" = 2 ] || fail "a silent unit was asked again and again"

# Unplugged in the middle, and plugged in again as another node in another socket.
{
    echo "device 1-1 0"
    says "31 31 31"
    qpigs "41"
    echo "pull 3"
    echo "again 1-4 3 300"
    echo "device 1-2 1"
    says "32 32 32"
    qpigs "42"
} >units
expect 0 talk 0665:5161 unit=111 8 100 QPIGS
[ "$(sed -n '/^QPIGS: gone/q;p' out | grep -cxF "QPIGS: (A")" = 1 ] || fail "not one answer before"
has out "borrow: gone"
[ "$(sed -n '/^borrow: gone/,$p' out | grep -cxF "QPIGS: (A")" -ge 3 ] || fail "it did not return"
has_not out "QPIGS: (B"
has err "usb_path = 1-2 (serial 222)"
[ "$(grep -c "asked who: 111" out)" = 2 ] || fail "it was not asked anew"

# The two swap sockets: the serial number decides, not what was remembered of the socket.
{
    echo "device 1-1 0"
    says "31 31 31"
    qpigs "41"
    echo "pull 3"
    echo "again 1-2 2 200"
    echo "device 1-2 1"
    says "32 32 32"
    qpigs "42"
    echo "pull 2"
    echo "again 1-1 3 200"
} >units
expect 0 mocked bash -c '
    "$TOOLS/hid_talk" 0665:5161 unit=222 12 100 QPIGS >second 2>&1 &
    second=$!
    "$TOOLS/hid_talk" 0665:5161 unit=111 12 100 QPIGS >first 2>&1
    rc=$?
    wait "$second" && exit "$rc"'
for wrong in "first B" "second A"; do
    read -r file letter <<<"$wrong"
    has_not "$file" "QPIGS: ($letter"
done
grep -qx "QPIGS: (A" first && grep -qx "QPIGS: (B" second || fail "after the swap one is missing"

# Three who ask at the same time who is there disturb nobody.
{
    echo "device 1-1 0"
    says "39 32 39 33 32 31 30 35 31 30 35 33 33 35"
    echo "device 1-2 1"
    says "39 32 39 33 32 31 30 35 31 30 35 33 33 36"
    qpigs "42"
} >units
expect 0 mocked bash -c '
    for name in a b c; do
        "$TOOLS/hid_talk" 0665:5161 unit=92932105105336 1 0 QPIGS >"$name" 2>&1 &
    done
    wait'
for name in a b c; do
    has "$name" "QPIGS: (B"
    grep -qE '^([23]) asked, \1 answered, 0 stray bytes' "$name" || fail "askers disturbed each other"
done

# One owner: two processes on one unit take turns, and never hear each other's answers.
{
    echo "device 1-1 0"
    qpigs "41"
    echo "answer 51 4d 4f 44 0d = 28 4d 0d"
} >units
expect 0 mocked bash -c '
    "$TOOLS/hid_talk" 0665:5161 "" 10 20 QPIGS >second 2>&1 &
    second=$!
    "$TOOLS/hid_talk" 0665:5161 "" 10 20 QMOD >first 2>&1
    rc=$?
    wait "$second" && exit "$rc"'
has first "10 asked, 10 answered, 0 stray bytes"
has second "10 asked, 10 answered, 0 stray bytes"
# Between its rounds it holds no handle, which would go on hearing what is said to others.
expect 0 mocked bash -c "$(declare -f until_true)"'
    "$TOOLS/hid_talk" 0665:5161 "" 2 1000 QPIGS 1000 >second 2>&1 &
    second=$!
    holds() { ls -l "/proc/$second/fd" 2>/dev/null | grep -q /dev/pts/; }
    between() { ! holds && kill -0 "$second"; }
    until_true 10 holds && until_true 10 between || exit 9
    wait "$second"'
# A stop is heard in the middle of a wait.
expect 0 talk 0665:5161 "" 1 0 QPIGS '!'
has out "stopped soon"
expect 75 mocked bash -c "$(declare -f until_true)"'
    "$TOOLS/hid_talk" 0665:5161 "" 1 0 QPIGS 3000 >second 2>&1 &
    second=$!
    until_true 10 grep -q "^1-1 >" log || exit 9
    "$TOOLS/hid_talk" 0665:5161 "" 1 0 QMOD
    rc=$?
    wait "$second"
    exit "$rc"'
has out "borrow: busy"
has err "in use by process"
[ "$(reports)" = 1 ] || fail "it was spoken to without the loan"

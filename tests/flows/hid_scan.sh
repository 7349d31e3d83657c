# The scanner finds inverters on USB by their ids and prints settings that work as they are; check
# says which of them may not be opened.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
. "$HELIO_SOURCE/tests/flows/_hid.sh"

# Two that give a serial number, one that gives none, one that says nothing, and a stranger.
{
    unit 111 92932105105111 1-1 0
    unit 222 92932105105222 1-2.4 1
    unit 333 none 1-3 2 | grep -v "^answer 514944"
    echo "device 1-4 3"
    unit 444 92932105105444 3-1 4 | sed 's/^device.*/&\nids 1209:0001/'
} >units
expect 0 mocked "$HELIO" scan
cp out found.conf
cat found.conf
[ "$(grep -c '^\[device ' found.conf)" = 3 ] || fail "not three units were found"
[ "$(grep -c '^line = hid:0665:5161$' found.conf)" = 3 ] || fail "not three lines"
has found.conf "unit = 92932105105111"
has found.conf "unit = 92932105105222"
has found.conf "usb_path = 1-3"
has err "0665:5161 at usb_path = 1-4"
grep -q '^3-1 >' log && fail "a stranger was spoken to"

# What was printed works as it is; the silent one in the fourth socket disturbs nobody.
printf '[store]\npath = %s/helio.db\n' "$TESTS_TMP" >>found.conf
expect 0 mocked "$HELIO" once --print -c found.conf
tr -s ' ' <out >printed
for number in 111 222 333; do has printed "output_power $number W"; done
expect 0 mocked "$HELIO" check -c found.conf
has_not err "udev rule"

expect 69 mocked "$HELIO" scan --driver tracer
has_not out "[device"

# Nobody may open them: with root's rights there is nothing to forbid.
cat >other.ini <<INI
[store]
path = $TESTS_TMP/other.db
[bus demo]
line = sim
[device demo]
driver = tracer
bus = demo
INI
expect 0 mocked "$HELIO" check -c other.ini
has_not out "may not be opened"
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    public_folder
    cp other.ini "$PUBLIC" && sed -i "s|$TESTS_TMP|$PUBLIC|" "$PUBLIC/other.ini" && chmod -R a+rwX "$PUBLIC"
    export TMPDIR=$PUBLIC HELIO_RUN_DIR=$PUBLIC HOME=$PUBLIC
    expect 0 mocked bash -c 'chmod 000 "$(readlink -f "$UMOCKDEV_DIR/dev/hidraw0")"
        chmod -R a+rwX "$UMOCKDEV_DIR"
        chmod 755 "$UMOCKDEV_DIR"
        exec setpriv --reuid=65534 --regid=65534 --clear-groups "$HELIO" check -c "$HOME/other.ini"'
    has out "unit 0665:5161 at 1-1"
    has out 'GROUP="dialout"'
    echo "three found, what is forbidden named"
else
    echo "three found"
fi

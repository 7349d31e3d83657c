# Cables of two inverters that differ in nothing but their serial number are pulled, put back and
# swapped while the daemon runs: it goes on within seconds, and never takes one for the other. The
# mock gives each plug a new node; qemu_usb.sh has a kernel that gives the same ones again.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
. "$HELIO_SOURCE/tests/flows/_hid.sh"
. "$HELIO_SOURCE/tests/flows/_replug.sh"

{
    echo "orders orders"
    unit 111 92932105105111 1-1 0
    unit 222 92932105105222 1-2 1
} >units
house_of "$TESTS_TMP/helio.db" one=92932105105111 two=92932105105222 | sed 's/^every = 1$/every = 0.5/' >a.ini
hid_daemon a.ini
until_true 15 both_stored 0 || fail "nothing is stored"

rounds=3
[ -z "${HELIO_LONG:-}" ] || rounds=10
for ((round = 1; round <= rounds; round++)); do
    which=$((round % 2 + 1)) other=$((2 - round % 2))
    pull "$which"
    rest 0
    plug "$which"
    comes_back "same place" "$which"

    pull "$other"
    rest 1
    plug "$other"
    comes_back "longer away" "$other"

    pull 1
    pull 2
    rest 0
    swap
    plug "$which"
    plug "$other"
    comes_back "swapped" 1 2

    pull "$which"
    pull "$other"
    rest 0
    plug "$other"
    rest 0
    plug "$which"
    comes_back "hub reset" 1 2
done
# Its bridge is there before it answers.
pull 1
rest 0
slow_start 1
comes_back "slow start" 1
hid_daemon_end
cat words
count=$(wc -l <resumed)
lines=$(wc -l <daemon.err)
judgement=$(judged away.tsv one=111 two=222) || { echo "$judgement"; fail "wrong readings are stored"; }
echo "$count disturbances; resumed after ms: $(percentiles <resumed); $judgement; $lines log lines"
[ "$count" -ge $((4 * rounds + 1)) ] || fail "only $count disturbances"
between 1 "$(sort -n resumed | tail -1)" 20000
# half of them concern both units
[ "$lines" -le $((6 * count * 3 / 2)) ] || fail "$lines log lines"
[ "$(sql "SELECT count(*) FROM reading")" -ge $((8 * rounds)) ] || fail "hardly anything was stored"

# Two GoodWe inverters on USB, known by their serial numbers: cables pulled and put back under other
# nodes, sockets swapped, a hub that is reset, and the morning, when an inverter returns without the
# address it had. The daemon goes on within seconds, and never takes one for the other.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
. "$HELIO_SOURCE/tests/flows/_goodwe_usb.sh"
. "$HELIO_SOURCE/tests/flows/_replug.sh"

serials=(none "$south" "$east")
models=(none single three)
# awake NUMBER: its panels have light, and its day goes on from 11 or 12 o'clock, a minute a second: one
# whose counters fell would be a replaced unit
dawn=$SECONDS
awake() {
    local minutes=$(((10 + $1) * 60 + SECONDS - dawn))
    twin "${units_of[$1]}" --reports "$TESTS_TMP/${units_of[$1]}" --serial "${serials[$1]}" \
        --model "${models[$1]}" --at "$(printf '%02d:%02d' $((minutes / 60)) $((minutes % 60)))" --time-scale 60 --seed "$1"
    twin_pid[$1]=${twins[-1]}
}
pulls() { grep -cF "${socket[$1]} pulled" log; }
more_pulls() { [ "$(pulls "$1")" -gt "$2" ]; }
# asleep NUMBER: no light; its plug goes with it, as soon as the mock has seen it
asleep() {
    local before
    before=$(pulls "$1")
    pulled[$1]=$(now_ms)
    kill "${twin_pid[$1]}"
    wait "${twin_pid[$1]}"
    forget "${twin_pid[$1]}"
    until_true 10 more_pulls "$1" "$before" || fail "its plug is still there"
}
twin_pid=()
echo "orders orders" >units
for number in 1 2; do
    awake $number
    printf 'device %s %d\nids %s\nreport 0\nsocket %s\nsingle\n' "${socket[$number]}" $((number - 1)) \
        "$USB_IDS" "$TESTS_TMP/${units_of[$number]}" >>units
done
house_of "$TESTS_TMP/helio.db" one=$south two=$east | sed 's/^every = 1$/every = 0.5/' >a.ini
hid_daemon a.ini
until_true 15 both_stored 0 || fail "nothing is stored"

rounds=2
[ -z "${HELIO_LONG:-}" ] || rounds=6
for ((round = 1; round <= rounds; round++)); do
    which=$((round % 2 + 1)) other=$((2 - round % 2))
    pull "$which"
    rest 0
    plug "$which"
    comes_back "another node" "$which"

    asleep "$other"
    rest 0
    awake "$other"
    plug "$other"
    comes_back "morning" "$other"

    pull 1
    pull 2
    rest 0
    swap
    plug "$which"
    plug "$other"
    comes_back "swapped" 1 2

    asleep 1
    asleep 2
    awake "$other"
    plug "$other"
    rest 0
    awake "$which"
    plug "$which"
    comes_back "hub reset" 1 2
done
# Its bridge is there some seconds before it answers.
asleep 1
awake 1
slow_start 1
comes_back "slow start" 1
hid_daemon_end
cat words
count=$(wc -l <resumed)
lines=$(wc -l <daemon.err)
judgement=$(judged_goodwe helio.db away.tsv one=one two=two) || {
    echo "$judgement"
    fail "wrong readings are stored"
}
echo "$count disturbances; resumed after ms: $(percentiles <resumed); $lines log lines"
echo "$judgement"
[ "$count" -ge $((4 * rounds + 1)) ] || fail "only $count disturbances"
between 1 "$(sort -n resumed | tail -1)" 20000
# half of them concern both units
[ "$lines" -le $((6 * count * 3 / 2)) ] || fail "$lines log lines"
[ "$(sql "SELECT count(*) FROM reading")" -ge $((8 * rounds)) ] || fail "hardly anything was stored"

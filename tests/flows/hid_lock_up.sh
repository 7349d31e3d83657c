# One inverter's communication locks up until its power is cycled, one refuses everything for a
# while and restarts in the middle of an answer; the third goes on as if nothing had happened.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
. "$HELIO_SOURCE/tests/flows/_hid.sh"

{
    echo "orders orders"
    unit 111 92932105105111 1-1 0
    unit 222 92932105105222 1-2 1
    unit 333 92932105105333 1-3 2
} >units
{
    printf '[store]\npath = %s/helio.db\n' "$TESTS_TMP"
    for number in 111 222 333; do
        printf '[bus b%s]\nline = hid:0665:5161\nunit = 92932105105%s\nevery = 2\n' $number $number
        printf '[device d%s]\ndriver = axpert\nbus = b%s\n' $number $number
    done
} >a.ini
hid_daemon a.ini
all_stored() { stored_since d111 "$1" && stored_since d222 "$1" && stored_since d333 "$1"; }
until_true 20 all_stored 0 || fail "nothing is stored"
state_of() { "$HELIO" status --json | python3 -c '
import json, sys
for d in json.load(sys.stdin)["devices"]:
    if d["device"] == sys.argv[1]:
        print(d["state"])' "$1"; }
is_not_online() { [ "$(state_of "$1")" != online ]; }
: >away.tsv

# ---- locked up, for a minute; meanwhile the third is vexed ---------------------------------------
sleep 6 # what it does not know is learned
lines_before=$(wc -l <daemon.err)
order "mute 1"
muted=$(now_ms)
written() { grep -c '^1-1 >' log; }
before=$(written)
until_true 22 is_not_online d111 || fail "a unit that says nothing is called online"

order "refuse 3"
refused=$(now_ms)
sleep 10
order "heal 3"
healed=$(now_ms)
printf 'd333\t%s\t%s\n' $((refused + 2000)) "$((healed - 2000))" >>away.tsv
until_true 10 stored_since d333 "$healed" || fail "after the refusals it did not come back"
came=$(($(now_ms) - healed))
for at in 4 20 60; do
    order "break 3 $at 2500"
    sleep 3.7
done
broken=$(now_ms)
until_true 10 stored_since d333 "$broken" || fail "after its restarts it did not come back"

while [ "$(now_ms)" -lt $((muted + 60000)) ]; do sleep 0.2; done
asked=$(($(written) - before))
sleeps=$(now_ms)
[ "$(state_of d222)" = online ] || fail "a locked up unit disturbs another wire"

# ---- its power is cycled -------------------------------------------------------------------------
order "pull 1" "heal 1"
sleep 0.6
order "plug 1 1-1 3"
plugged=$(now_ms)
printf 'd111\t%s\t%s\n' "$((muted + 1000))" "$((plugged - 2000))" >>away.tsv
until_true 20 stored_since d111 "$plugged" || fail "after its power was cycled it did not come back"
back=$(($(now_ms) - plugged))
sleep 4
lines=$(($(wc -l <daemon.err) - lines_before)) # before the end, when everything is unplugged
hid_daemon_end
judgement=$(judged away.tsv d111=111 d222=222 d333=333) || {
    echo "$judgement"
    fail "wrong readings are stored"
}
gap=$(sql "SELECT r.at - lag(r.at) OVER (ORDER BY r.at) FROM reading r
    JOIN device d ON d.id = r.device
    WHERE d.name = 'd222' AND r.kind = 0 AND r.at BETWEEN $muted AND $sleeps" | grep . | percentiles)
pairs() { sql "SELECT max(pairs) FROM (SELECT count(*) AS pairs FROM value
    WHERE device = 'd333' AND kind = 0 AND at $1 GROUP BY seq)"; }
echo "locked up: $asked reports in 60 s, back $back ms after the power; the other wire: $gap ms;" \
    "after 10 s of refusals back in $came ms; $judgement; $lines log lines"
[ "$asked" -le 40 ] || fail "a locked up unit was asked $asked times in a minute"
[ "$asked" -ge 6 ] || fail "a locked up unit was given up"
between 0 "$back" 10000
[[ $gap == *"p95 2000 "* ]] || fail "the other wire went out of step: $gap"
# Six disturbances (mute, refusals, three restarts, power off), each with its beginning and its end.
[ "$lines" -le 12 ] || { tail -n "$lines" daemon.err; fail "$lines log lines"; }
[ "$(pairs ">= $healed")" -ge "$(pairs "< $refused")" ] || fail "after the refusals numbers are missing"

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
begun=$(now_ms)
until_true 20 all_stored 0 || fail "nothing is stored"
state_of() { "$HELIO" status --json | python3 -c '
import json, sys
for d in json.load(sys.stdin)["devices"]:
    if d["device"] == sys.argv[1]:
        print(d["state"])' "$1"; }
is_not_online() { [ "$(state_of "$1")" != online ]; }
: >away.tsv

pairs() { sql "SELECT coalesce(max(pairs), 0) FROM (SELECT count(*) AS pairs FROM value
    WHERE device = 'd333' AND kind = 0 AND at $1 GROUP BY seq)"; }
has_learned() { all_stored $((begun + 4000)); } # in two rounds it has asked for all there is
# ---- locked up; meanwhile the third is vexed -----------------------------------------------------
silence=20000
round_most=5000 # a reading stands at the tick of its round, which waits 3 s for a unit, and begins late on a busy machine
[ -z "${HELIO_LONG:-}" ] || silence=60000
until_true 20 has_learned || fail "nothing more is stored"
lines_before=$(wc -l <daemon.err)
order "mute 1"
muted=$(now_ms)
written() { grep -c '^1-1 >' log; }
before=$(written)
until_true 20 is_not_online d111 || fail "a unit that says nothing is called online"

order "refuse 3"
refused=$(now_ms)
seen=$(reports_to 1-3)
is_refused_long() { [ "$(now_ms)" -ge $((refused + 6000)) ] && hears_more 1-3 3 "$seen"; }
until_true 20 is_refused_long || fail "one that refuses is not asked again"
order "heal 3"
healed=$(now_ms)
printf 'd333\t%s\t%s\n' $((refused + 2000)) "$((healed - round_most))" >>away.tsv
until_true 10 stored_since d333 "$healed" || fail "after the refusals it did not come back"
came=$(($(now_ms) - healed))
for at in 4 20 60; do
    order "break 3 $at 2500"
    seen=$(reports_to 1-3)
    until_true 20 hears_more 1-3 3 "$seen" || fail "one that restarts is not asked again"
    now=$(now_ms)
    until_true 20 stored_since d333 "$now" || fail "after its restart it did not come back"
done
broken=$(now_ms)
until_true 10 stored_since d333 "$broken" || fail "after its restarts it did not come back"

is_over() { [ "$(now_ms)" -ge $((muted + silence)) ]; }
until_true $((silence / 1000)) is_over
asked=$(($(written) - before))
sleeps=$(now_ms)
[ "$(state_of d222)" = online ] || fail "a locked up unit disturbs another wire"

# ---- its power is cycled -------------------------------------------------------------------------
order "pull 1" "heal 1"
until_true 10 grep -q '^1-1 pulled' log || fail "it is not pulled"
order "plug 1 1-1 3"
plugged=$(now_ms)
printf 'd111\t%s\t%s\n' "$((muted + 1000))" "$((plugged - round_most))" >>away.tsv
until_true 20 stored_since d111 "$plugged" || fail "after its power was cycled it did not come back"
back=$(($(now_ms) - plugged))
now=$(now_ms)
until_true 20 all_stored "$now" || fail "not all of them go on"
lines=$(($(wc -l <daemon.err) - lines_before)) # before the end, when everything is unplugged
hid_daemon_end
judgement=$(judged away.tsv d111=111 d222=222 d333=333) || {
    echo "$judgement"
    fail "wrong readings are stored"
}
gap=$(sql "SELECT r.at - lag(r.at) OVER (ORDER BY r.at) FROM reading r
    JOIN device d ON d.id = r.device
    WHERE d.name = 'd222' AND r.kind = 0 AND r.at BETWEEN $muted AND $sleeps" | grep . | percentiles)
echo "locked up: $asked reports in $((silence / 1000)) s, back $back ms after the power; the other wire: $gap ms;" \
    "after refusals back in $came ms; $judgement; $lines log lines"
[ "$asked" -le $((silence / 1500)) ] || fail "a locked up unit was asked $asked times"
[ "$asked" -ge 4 ] || fail "a locked up unit was given up"
between 0 "$back" 20000
# a busy machine may cost it a round here and there
[[ $gap == *"p50 2000 "* ]] || fail "the other wire went out of step: $gap"
# Six disturbances (mute, refusals, three restarts, power off), each with its beginning and its end.
[ "$lines" -le 12 ] || { tail -n "$lines" daemon.err; fail "$lines log lines"; }
[ "$(pairs ">= $healed")" -ge "$(pairs "< $refused")" ] || fail "after the refusals numbers are missing"

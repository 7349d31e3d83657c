# Two who ask the same HID unit: programs of this house take turns; of a stranger who knows no loan,
# and whose answers come in between, nothing wrong is believed.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
. "$HELIO_SOURCE/tests/flows/_hid.sh"

{
    echo "orders orders"
    unit 111 92932105105111 1-1 0
    unit 222 92932105105222 1-2 1
} >units
house_of "$TESTS_TMP/helio.db" one=92932105105111 | sed 's/^every = 1$/every = 0.5/' >a.ini
hid_daemon a.ini
until_true 15 stored_since one 0 || fail "nothing is stored"
: >away.tsv

# ---- a second helio takes turns ------------------------------------------------------------------
for _ in 1 2 3; do
    expect 0 beside "$HELIO" once --print axpert@hid:0665:5161,unit=92932105105111
    tr -s ' ' <out >printed
    has printed "output_power 111 W"
    has printed "battery_voltage 51.1 V"
    expect 0 beside "$HELIO" once --print axpert@hid:0665:5161,unit=92932105105222
    tr -s ' ' <out >printed
    has printed "output_power 222 W"
done
turns=$(status_get devices.0.state)
[ "$turns" = online ] || fail "the daemon lost its unit to a second program: $turns"

# ---- a stranger's answers ------------------------------------------------------------------------
# It asks the same unit, and hears no lock: whole answers with right check sums stand in the wire,
# which do not say what they answer. First at any moment, then before each third
# of ours.
words=(92932105105111 B PI30 00000000000000000000000000000000 00238811 EakxyDbjuvz
    "$(unit_words 111 0 | grep '^QPIRI' | cut -f 2)" NAK)
frames=()
for word in "${words[@]}"; do frames+=("$(frame "$word")"); done
injected=0
seen=$(reports_to 1-1)
while ! hears_more 1-1 24 "$seen" || [ $injected -lt 25 ]; do
    [ $injected -lt 400 ] || fail "the unit is not asked any more"
    order "say 1 ${frames[$((injected % ${#frames[@]}))]}"
    injected=$((injected + 1))
    sleep 0.0$((RANDOM % 10))
done
since=$(now_ms)
until_true 10 stored_since one "$since" || fail "it did not recover from a stranger"
for word in "${words[@]}"; do
    order "before 1 $(frame "$word")"
    until_true 20 hears_more 1-1 9 "$(reports_to 1-1)" || fail "it is not asked any more: $word"
done
order "before 1 "
since=$(now_ms)
until_true 10 stored_since one "$since" || fail "it did not recover from a stranger"
hid_daemon_end
judgement=$(judged away.tsv one=111) || { echo "$judgement"; fail "a stranger's answer was stored"; }
lines=$(wc -l <daemon.err)
echo "$injected foreign answers at any moment, ${#words[@]} kinds before each third answer: $judgement," \
    "$lines log lines"
[ "$(sql "SELECT count(*) FROM reading")" -ge 10 ] || fail "hardly anything was stored"

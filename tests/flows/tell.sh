# Settings: only when allowed, checked together, written once, read back.
source "$(dirname "$0")/lib.sh"
twin one --ids 1 --link "$TESTS_TMP/bus"
config() {
    printf '[bus west]\nline = %s\n[device south]\ndriver = tracer\nbus = west\n%s\n' "$LINE" "$1" >t.conf
}
tell() { "$HELIO" tell -c t.conf "$@"; }

config ""
expect 77 tell south load_manual=off
has err "allow_tell = yes"
expect 0 tell south load_manual=off --dry-run
config "allow_tell = yes"

expect 0 tell south load_manual=off
has out "read back"
expect 0 "$HELIO" read -c t.conf south loadswitch
[ "$(cat out)" = 0 ] || fail "the load is still on"
expect 0 tell south load_manual=on

expect 64 tell south absorb_voltage=28.4
has err "battery type user"
expect 0 tell south battery_type=user absorb_voltage=28.4 float_voltage=27.2 --dry-run
has out "would write 9000"
expect 0 "$HELIO" read -c t.conf south floatv
[ "$(cat out)" = 27.6 ] || fail "a dry run changed something"
expect 0 tell south battery_type=user absorb_voltage=28.4 float_voltage=27.2 --record w.log
[ "$(grep -c '^> 01 10' w.log)" = 1 ] || fail "not exactly one write"
expect 0 "$HELIO" read -c t.conf south floatv boostv battype
[ "$(tr '\n' ' ' <out)" = "27.2 28.4 0 " ] || fail "not what was told: $(cat out)"

expect 64 tell south float_voltage=29
has err "must be above"
expect 64 tell south float_voltage=13.8
has err "outside 18 to 34"
expect 64 tell south flaot_voltage=27
has err 'did you mean "float_voltage"'
expect 64 tell south float_voltage=much
expect 64 tell south clock=tomorrow
expect 0 tell south clock=2026-05-02T11:24:05
expect 0 "$HELIO" ask -c t.conf south 03:0x9013+3
grep -q '2026-05-02T11:24:0' out || fail "the clock shows $(cat out)"

# A controller that echoes a switch it does not have.
end_twins
twin an --model an --link "$TESTS_TMP/bus"
expect 76 tell south charging_enabled=off
has err "said yes"
expect 0 tell south load_manual=off load_forced=on

# Lost answers: a write is never said twice.
end_twins
twin mute --link "$TESTS_TMP/bus" --moods silent=0.5 --seed 3 --turnaround 1 --speed 0
for _ in 1 2 3; do
    rm -f w.log
    tell south load_manual=off --record w.log >/dev/null 2>&1
    [ "$(grep -c '^> 01 05' w.log)" -le 1 ] || fail "a write was repeated"
done

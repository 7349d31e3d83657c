# One raw question, decoded as far as the rows know it; nothing that changes anything.
source "$(dirname "$0")/lib.sh"
twin one --link "$TESTS_TMP/bus"
dev=tracer@$LINE:1
expect 0 "$HELIO" ask "$dev" 0x3100+5
has out bavolt
expect 0 "$HELIO" ask "$dev" identity
has out Tracer2215BN
expect 0 "$HELIO" ask "$dev" --raw 0x3200+3
grep -q '^01 04 06 ' out || fail "no raw bytes: $(cat out)"
expect 0 "$HELIO" ask "$dev" --json 03:0x9000+15
has out '"floatv": 27.6'
has out '"battype_text": "sealed"'
expect 0 "$HELIO" ask "$dev" 0x43:0x3100+27
has out baperc
expect 69 "$HELIO" ask "$dev" 0x3009
has err "exception 2"
for write in 6:0x9000 16:0x9000+2 5:0x0002; do
    expect 77 "$HELIO" ask "$dev" "$write" --record sent.log
    has err "helio tell"
done
[ ! -s sent.log ] || ! grep -q '^>' sent.log || fail "something was sent"
expect 64 "$HELIO" ask "$dev" nonsense
expect 0 "$HELIO" ask axpert@sim QPIGS --text
grep -Eq "^\([0-9]{3}\.[0-9] [0-9. ]+ [01]{3}$" out || fail "no words: $(cat out)"
expect 64 "$HELIO" ask tracer@sim 0x3100+5 --text

# GoodWe inverters behind a terminal and a TCP port: read, asked, found, disturbed, recorded, and
# three of them on one wire while one begins anew.
. "$HELIO_SOURCE/tests/flows/lib.sh"
FAMILY=goodwe
fast_clock 5 # at 9600 baud most of it would be waiting
number() { printf '13600DSN201W%04d' "$1"; }
awake="--at 12:00 --day clear --time-scale 0"
quick="$awake --speed 0" # else at the pace of the wire
noon="at=12:00,day=clear,time_scale=0"

# ---- one, over both --------------------------------------------------------------------------
# shellcheck disable=SC2086 # words
twin one --link "$TESTS_TMP/one" $awake
one=goodwe@serial:$TESTS_TMP/one
# shellcheck disable=SC2086
twin far --tcp 0 $awake
for line in "$one" "goodwe@$LINE"; do
    expect 0 "$HELIO" once --print "$line"
    for name in pv_power output_power grid_voltage pv_energy; do has out "$name"; done
    expect 0 "$HELIO" read "$line" grid_voltage
    between 200 "$(cat out)" 260
done
end_twins
# shellcheck disable=SC2086
twin quick --link "$TESTS_TMP/one" $quick
expect 0 "$HELIO" ask "$one" running
has out vpv1
expect 0 "$HELIO" ask "$one" id
has out "$(number 1)"
expect 0 "$HELIO" ask "$one" setting
has out vac_max
expect 0 "$HELIO" watch --rounds 1 --json "$one"
has out '"output_power"'
expect 64 "$HELIO" ask "$one" runing
expect 0 "$HELIO" decode goodwe --response aa550b80008100020b
has out address

# ---- a restart in the middle, recorded and said again -----------------------------------------
rm -f day.log
expect 0 "$HELIO" watch --rounds 3 --every 0.2 --json "goodwe@sim:,$noon,restart=0.12,seed=2" --record day.log
[ "$(grep -c '^> aa 55 80 7f 00 01' day.log)" -gt 1 ] || fail "nobody began anew in $(cat day.log)"
want=$(grep -o '"output_power": *[-0-9.]*' out | head -1 | grep -o '[-0-9.]*$')
expect 0 "$HELIO" read "goodwe@replay:$TESTS_TMP/day.log" output_power
[ "$(cat out)" = "$want" ] || fail "said again it is $(cat out), not $want"
expect 0 "$HELIO" decode goodwe day.log
has out vpv1
# What was seen of real ones: zeros before a request, the end of our own words behind a yes, a night.
cat >seen.log <<LOG
> aa 55 80 0b 00 02 00 01 8c
! timeout
> aa 55 80 7f 00 00 00 01 fe
< 00 00 00 aa 55 7f 80 00 80 10 31 35 30 30 30 44 54 55 31 36 36 57 30 31 35 37 06 32 00 00 00 00
> aa 55 80 7f 00 01 11 31 35 30 30 30 44 54 55 31 36 36 57 30 31 35 37 0b 05 bf
< aa 55 0b 80 00 81 00 02 0b 36 57 30 31 35 37 0b
> aa 55 80 0b 01 01 00 01 8c
< 00 00 00 aa 55 0b 80 01 81 2e 05 df 00 00 00 02 00 00 08 fd 00 01 13 89 ff 7b 00 01 00 cd 00 00 00 00 00 01 11 70 00 01 00 07 00 00 00 00 00 00 00 00 00 00 00 00 00 01 07 95
LOG
expect 0 "$HELIO" read "goodwe@replay:$TESTS_TMP/seen.log" output_power grid_voltage
[ "$(tr '\n' ' ' <out)" = "-133 230.1 " ] || fail "by night it said $(cat out)"

# ---- moods -----------------------------------------------------------------------------------
want=$("$HELIO" read -q "goodwe@sim:,$noon,seed=2" output_power) || fail "no first reading"
is_number "$want"
for mood in garbled=0.2 junk=0.5,collide=0.2; do
    got=$("$HELIO" read -q "goodwe@sim:,$noon,$mood,seed=2" output_power) || fail "$mood: a reading was lost"
    [ "$got" = "$want" ] || fail "$mood: $got instead of $want"
done
# shellcheck disable=SC2086
twin moody --link "$TESTS_TMP/moody" --moods junk=0.5,garbled=0.1,cut=0.1 --seed 2 $awake
expect 0 "$HELIO" read "goodwe@serial:$TESTS_TMP/moody" output_power
[ "$(cat out)" = "$want" ] || fail "a moody one said $(cat out) instead of $want"

# ---- three on one wire -----------------------------------------------------------------------
# shellcheck disable=SC2086
twin three --ids 11-13 --link "$TESTS_TMP/wall" --script "$TESTS_TMP/script" $awake
printf '0 restart=0\n' >script
printf '[bus wall]\nline = serial:%s/wall\n[device a]\ndriver = goodwe\nbus = wall\n' "$TESTS_TMP" >two.conf
printf '[device b]\ndriver = goodwe\nbus = wall\nserial = %s\n' "$(number 2)" >>two.conf
expect 78 "$HELIO" check -c two.conf
has err "[device a] serial: with several on bus wall each needs its serial number; helio scan has those that answer"
expect 0 "$HELIO" scan -q "serial:$TESTS_TMP/wall" --driver goodwe --addresses 11-13
cp out found.conf
for i in 1 2 3; do has found.conf "serial = $(number $i)"; done
has_not found.conf "address ="
expect 0 "$HELIO" check -c found.conf
expect 0 "$HELIO" once --print -c found.conf
[ "$(grep -c pv_energy out)" -ge 1 ] || fail "no numbers: $(cat out)"
expect 69 "$HELIO" scan -q "serial:$TESTS_TMP/none" --driver goodwe --addresses 11-13
end_twins

# ---- the daemon, and twins that are gone and back --------------------------------------------
# shellcheck disable=SC2086
twin again --ids 11-13 --link "$TESTS_TMP/wall" $awake
sed -i 's/^line = .*/&\nevery = 1/' found.conf
printf '[store]\npath = %s/helio.db\ncommit_s = 1\n' "$TESTS_TMP" >>found.conf
"$HELIO" run -c found.conf >run.out 2>run.err &
daemon=$!
twins+=("$daemon")
rows() { sqlite3 helio.db 'select count(*) from reading' 2>/dev/null || echo 0; }
more_rows() { [ "$(rows)" -ge "$1" ]; }
wait_rows() { # until there are so many more
    until_true 30 more_rows $(($(rows) + $1)) || {
        cat run.err >&2
        fail "$(rows) rows in the store"
    }
}
if command -v sqlite3 >/dev/null; then
    wait_rows 3
    kill "${twins[0]}"
    wait "${twins[0]}" 2>/dev/null
    # shellcheck disable=SC2086
    twin back --ids 11-13 --link "$TESTS_TMP/wall" $awake # none of them knows its address
    wait_rows 3
fi
kill "$daemon"
wait "$daemon" || fail "the daemon ended with $?"

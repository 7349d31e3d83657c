# Other people's conversations decode: who sits on which port is told from the traffic.
source "$(dirname "$0")/lib.sh"

cat >talk.log <<'LOG'
# A MATE finds a FLEXnet DC on port 3 and asks it and an MX on port 1.
> ^03 02 00 00 00 00 00 05
< ^02 00 04 00 06
> ^03 02 00 d5 00 00 00 da
< ^02 00 58 00 5a
> ^01 04 00 01 00 ff 01 05
< ^03 82 84 80 00 00 3f 02 00 02 00 fa 02 1a 02 e2
> ^01 02 01 70 00 00 00 74
< ^02 01 20 00 23
> ^05 02 00 00 00 00 00 07
! timeout
LOG
expect 0 "$HELIO" decode mate talk.log
has out "device_type            4"
has out "state_of_charge        88"
has out "pv_current             4 A"
has out "setpt_absorb           28.8 V"
has out timeout

# The same as lines: what one line tells holds for the next.
sed -n 's/^[<>] //p; s/^! .*/-/p' talk.log | paste - - >lines
expect 0 "$HELIO" decode mate --json - <lines
[ "$(grep -c '"result": "ok"' out)" = 4 ] || fail "$(cat out)"
has out '"state_of_charge": 88'
has out '"setpt_absorb": 28.8'

# Another device on that port is believed from its next word on.
printf '03020000000000 05\t0200030005\n0302017000000076\t0201200023\n' >lines
expect 0 "$HELIO" decode mate --json - <lines
has out '"setpt_absorb": 28.8'

# One side only: packets begin where the ninth bit is set. Whose register, nobody can know.
echo '< ^02 00 03 00 05 ^03 82 84 80 00 00 3f 02 00 02 00 fa 02 1a 02 e2 ^02 01 20 00 23' >side.log
expect 0 "$HELIO" decode mate side.log
[ "$(grep -c '^> -' out)" = 3 ] || fail "$(cat out)"
has out "pv_voltage             53.8 V"
has out "value                  288"
has_not out device_type

# Frames of a tap, in every form of file; one that was cut off gives what it has.
corpus=${HELIO_SOURCE:?}/tests/fuzz/corpus/pcap
for file in old_little old_big new_little new_big; do
    expect 0 "$HELIO" decode mate "$corpus/$file"
    has out "pv_voltage             53.8 V"
    has out "device_type            2"
    head -c -3 "$corpus/$file" >cut
    expect 0 "$HELIO" decode mate --json cut
    has err "ends in the middle"
    has out '"pv_voltage": 53.8'
done
expect 65 "$HELIO" decode tracer "$corpus/old_big"
has err "nobody has tapped"

# A long record of a real one is walked when it is there.
record=${HELIO_MATE_RECORD:-$HELIO_SOURCE/../shared/vectors/mate/stream.tsv}
if [ -e "$record" ]; then
    grep -v '^#' "$record" | cut -f2,3 >lines
    expect 0 "$HELIO" decode mate --json - <lines
    [ "$(wc -l <out)" = "$(wc -l <lines)" ] || fail "not every exchange was decoded"
    silent=$(cut -f2 lines | grep -cx -- '-')
    sed -n 's/^{"result": "\([^"]*\)".*/\1/p' out | sort | uniq -c >classes
    echo "a record of $(wc -l <lines) exchanges:$(awk '{printf " %s %s,", $1, $2}' classes) all accounted for"
    [ "$(awk '$2 == "timeout" {print $1}' classes)" = "$silent" ] || fail "$silent were silent"
    [ "$(grep -cvE ' (ok|timeout)$' classes)" = 0 ] || fail "$(cat classes)"
    grep -v '^#' "$record" | awk -F'\t' '{print "> " $2; print "< " $3}' >record.log
    expect 0 "$HELIO" decode mate record.log
    pages=$(grep -c '^> ^\?03 04 00 0c' out)
    # A number that begins on one page and ends on the next is there each time.
    [ "$(grep -c '^  out_power' out)" = "$pages" ] || fail "out_power is not on all $pages pages"
fi

# The same bytes mean other things in a unit of another kind, which nobody but the caller knows.
asked='51 50 49 47 53 b7 a9 0d'
answered='28 32 32 31 2e 30 20 34 39 2e 39 20 32 32 31 2e 30 20 34 39 2e 39 20 30 30 30 30 20 30 37 30 37 20 30 31 32 20 34 30 31 20 30 30 2e 31 30 20 30 31 32 20 30 30 30 20 30 30 32 36 20 30 30 30 30 20 30 30 30 2e 30 20 30 30 2e 31 30 20 30 30 30 30 30 20 30 30 30 31 30 30 30 30 20 30 30 20 30 30 20 30 30 30 30 30 20 30 31 30 e9 7d 0d'
expect 0 "$HELIO" decode axpert --request "$asked" --response "$answered"
has out pv1_input_current
has_not out energy_today
expect 0 "$HELIO" decode axpert --kind revo --request "$asked" --response "$answered"
has out pv1_input_power
has out "energy_today           0 Wh"
has_not out pv1_input_current
printf '%s\t%s\n' "$asked" "$answered" >line
expect 0 "$HELIO" decode axpert --kind revo --json - <line
has out '"energy_today"'
expect 64 "$HELIO" decode axpert --kind rev --request "$asked"
has err 'there are: auto classic plus max'
expect 64 "$HELIO" decode tracer --kind max --request "$asked"
has err "the tracer has no kinds"

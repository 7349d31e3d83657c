# A unit that speaks words on a slow wire: 2400 baud, 40 ms until it begins to answer. Sourced by
# scripts/bench: $helio, $tmp, stand_in, build_one, measure, row, seen, middle, first_byte, value, ms and sum are there.

for name in bare_words words decode; do build_one $name; done

turnaround=40
slow_wire() { stand_in "$1" axpert --speed 2400 --turnaround $turnaround "${@:2}"; }
# wire BARE COUNT: the least these exchanges can take, in ms: 4.167 ms a byte, and the turn-arounds
wire() { sum "$(value bytes "$1") * 10000 / 2400 + $2 * $turnaround"; }

slow_wire slow
slow=axpert@serial:$tmp/slow
questions=(QPIGS QMOD QPIWS)
bare_one=$("$tmp/bare_words" "$tmp/slow" 21 QPIGS)
bare_live=$("$tmp/bare_words" "$tmp/slow" 21 "${questions[@]}")
bare_meet=$("$tmp/bare_words" "$tmp/slow" 1 QPIRI QPI QID QFLAG QGMN QMN "${questions[@]}" QPIGS2)
ours=$("$tmp/words" "$slow" 31 21)

measure "QPIGS, asked and decoded, against its bytes on the wire and the turn-around" \
    "$(ms exchange "$ours")" "$(wire "$bare_one" 1)" ms 1.05
measure "the same, against a bare loop that writes and reads until CR" \
    "$(ms exchange "$ours")" "$(ms median "$bare_one")" ms 1.05
measure "live round (${questions[*]}), against its bytes and turn-arounds" \
    "$(ms median "$ours")" "$(wire "$bare_live" ${#questions[@]})" ms 1.05
measure "the same, against the bare loop" "$(ms median "$ours")" "$(ms median "$bare_live")" ms 1.05
seen "the first round, which finds out the kind by six more questions and hears one refusal" \
    "$(ms first "$ours")" "$(wire "$bare_meet" 10)" ms
measure "CPU time of a live round on a serial line, against 2 ms" "$(ms cpu "$ours")" 2 ms 1

# ---- the same unit behind a USB bridge ---------------------------------------------------------

# hid_unit: the unit's answers as the mock of HID units wants them
hid_unit() {
    echo "device 1-1 0"
    for question in "${questions[@]}" QPIGS2 QPIRI QPI QID QFLAG QGMN QMN; do
        "$helio" ask -q "$slow" "$question" --raw --record "$tmp/said" >/dev/null
    done
    sed -nE '/^> /{ N; s/^> (.*)\n< /answer \1 = /p }' "$tmp/said"
}
if pkg-config --exists umockdev-1.0 && command -v umockdev-wrapper >/dev/null; then
    read -ra mock <<<"$(pkg-config --cflags --libs umockdev-1.0)"
    gcc "${flags[@]}" tests/tools/hid_mock/*.c base/clock.c base/text.c -o "$tmp/hid_mock" "${mock[@]}" -lpthread -lm
    hid_unit >"$tmp/units"
    hid=$(umockdev-wrapper "$tmp/hid_mock" "$tmp/units" "$tmp/units.log" -- "$tmp/words" axpert@hid:0665:5161 31)
    seen "CPU time of a live round on a HID line, most of it its mock's, against 2 ms" "$(ms cpu "$hid")" 2 ms
fi

# ---- decoding, whole programs, units in parallel -----------------------------------------------

frames=$(value frames "$("$tmp/decode" 3)")
row "QPIGS frames judged, cut and put into readings a second on one core, at least 100000" \
    "$frames" 100000 "" "$(sum "100000 / $frames")" 1
seen "\`helio ask\` QPIGS, whole process, against its bytes and the turn-around" \
    "$(middle 11 "$helio" ask -q "$slow" QPIGS)" "$(wire "$bare_one" 1)" ms
seen "from start to the first byte of it on the wire, against 20 ms" \
    "$(first_byte ask -q axpert@serial:PORT QPIGS)" 20 ms

slow_wire three --model parallel
all=("${questions[@]}" QPGS0 QPGS1 QPGS2)
bare_all=$("$tmp/bare_words" "$tmp/three" 1 "${all[@]}")
three=$("$tmp/words" "axpert@serial:$tmp/three" 11)
seen "round of $(value units "$three") units in parallel (${all[*]}), against its bytes and turn-arounds" \
    "$(ms median "$three")" "$(wire "$bare_all" ${#all[@]})" ms

axpert_page() {
    cat <<END
## Axpert

A simulated Axpert behind a pseudo-terminal: 2400 baud, 40 ms until it begins to answer, on a cable for
two (\`shared = no\`). QPIGS is $(value bytes "$bare_one") bytes both ways at 4.167 ms a byte, the live round $(value bytes "$bare_live"). Rows
without a limit are only printed.

| figure | measured | reference | ratio | limit | |
|---|---|---|---|---|---|
$(printf '%s\n' "${rows[@]}")

Where others may speak, 14.6 ms of silence come before each question: $(printf %.1f "$(ms median "$("$tmp/words" "$slow,shared=yes" 11)")") ms for the same live round.
END
}

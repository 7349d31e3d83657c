# An inverter on RS-485: 9600 baud, 20 ms until it begins to answer. Sourced by scripts/bench: $helio,
# $tmp, stand_in, build_one, measure, row, sum, value and ms are there.

build_one blocks

turnaround=20
inverter() { stand_in "$1" goodwe --speed 9600 --turnaround $turnaround "${@:2}"; }
# wire BYTES: the least one exchange of so many bytes can take, in ms
wire() { sum "$1 * 10000 / 9600 + $turnaround"; }
# took COMMAND...: one run of a whole process, in ms
took() {
    local begun
    begun=$(date +%s%N)
    "$@" >/dev/null 2>&1
    sum "($(date +%s%N) - $begun) / 1000000"
}

inverter single
inverter three --model three
# The same question is asked no sooner than half a second after itself, so two take turns.
running() { ms median "$("$tmp/blocks" "goodwe@serial:$tmp/$1" 51 running id)"; }

# The first of these finds one without an address, the second one that still has it from before.
first=$(took "$helio" read "goodwe@serial:$tmp/single" output_power)
again=$(took "$helio" read "goodwe@serial:$tmp/single" output_power)
measure "from start to the first value, of an inverter without an address, against 2 s" "$first" 2000 ms 1
measure "the same, when it has its address from before" "$again" 2000 ms 1
measure "what a single-phase inverter makes now and who it is, against their bytes and turn-arounds" \
    "$(running single)" "$(sum "$(wire $((9 + 55))) + $(wire $((9 + 73)))")" ms 1.1
measure "the same of three phases" "$(running three)" "$(sum "$(wire $((9 + 75))) + $(wire $((9 + 73)))")" ms 1.1

goodwe_page() {
    cat <<END
## GoodWe

A simulated inverter behind a pseudo-terminal on the line \`serial\`: 9600 baud, ten bits a byte,
$turnaround ms until it begins to answer.

| figure | measured | reference | ratio | limit | |
|---|---|---|---|---|---|
$(printf '%s\n' "${rows[@]}")
END
}

# Units on a MATEnet: 9600 baud, eleven bits a byte, 5 ms until one begins to answer. Sourced by
# scripts/bench: $helio, $tmp, stand_in, build_one, measure, row, sum, value and ms are there.

for name in blocks pages; do build_one $name; done

turnaround=5
# wire STATUS REGISTERS: the least so many pages and registers can take, in ms: questions of 8 bytes,
# answers of 16 and 5, eleven bits each, and the turn-arounds
wire() { sum "($1 * 24 + $2 * 13) * 11000 / 9600 + ($1 + $2) * $turnaround"; }

stand_in hub mate --speed 9600 --turnaround $turnaround
hub=serial9:$tmp/hub
poll() { ms median "$("$tmp/blocks" "$1@$hub$2" 31 "${@:3}")"; }

mx=$(poll mate_mx :1 status power)
fx=$(poll mate_fx :2 status air)
dc=$(poll mate_dc :3 now "since full")
measure "MX: its page and its power, against their bytes on the wire and the turn-arounds" "$mx" "$(wire 1 1)" ms 1.15
measure "FX: its page and the air's temperature" "$fx" "$(wire 1 1)" ms 1.15
measure "FLEXnet DC: all six pages" "$dc" "$(wire 6 0)" ms 1.15
measure "all three of them, a full poll" "$(sum "$mx + $fx + $dc")" "$(wire 8 2)" ms 1.15
measure "an empty port of a hub, looked at once, against 150 ms" \
    "$(sum "$(poll mate "" type nobody) - $(poll mate "" type)")" 150 ms 1

frames=$(value frames "$("$tmp/pages" 3)")
row "pages of an MX judged and put into readings a second on one core, at least 200000" \
    "$frames" 200000 "" "$(sum "200000 / $frames")" 1

mate_page() {
    cat <<END
## MATEnet

A simulated hub with an MX, an FX and a FLEXnet DC behind a pseudo-terminal on the line \`serial9\`: 9600
baud, eleven bits a byte, 5 ms until a unit begins to answer.

| figure | measured | reference | ratio | limit | |
|---|---|---|---|---|---|
$(printf '%s\n' "${rows[@]}")
END
}

# A unit of the family on a fast wire, six of them, and a wire that is disturbed. Sourced by
# scripts/bench: $helio, $tmp, twin, measure, row, value and sum are there.

# The least an exchange can take, in ms: its bytes at 115200 baud, the silence before it (3.5
# characters, never under 1.75 ms), and the turn-around of the unit.
exchange() { sum "($1 + $2) * 0.0868 + 1.75 + 10"; }
live=$(exchange 8 43)
least=$(sum "$live + $(exchange 8 9) + $(exchange 8 11) + $(exchange 8 67)")
least6=$(sum "6 * $least")

twin quiet
one=$("$tmp/round" "rtu:$tmp/quiet" 1 100)
six=$("$tmp/round" "rtu:$tmp/quiet" 1,2,3,4,5,6 30)
five=$("$tmp/round" "rtu:$tmp/quiet" 1,2,4,5,6 30)
bare=$("$tmp/bare" "$tmp/quiet" 1 100)
one_ms=$(sum "$(value median "$one") / 1000")
six_ms=$(sum "$(value median "$six") / 1000")
measure "live round of 1 unit, against its theoretical minimum" "$one_ms" "$least" ms 1.15
measure "live round of 6 units, against their theoretical minimum" "$six_ms" "$least6" ms 1.15
measure "the same, against libmodbus alone and the four silences of 1.75 ms it does not keep" \
    "$one_ms" "$(sum "$(value median "$bare") / 1000 + 4 * 1.75")" ms 1.15
row "allocations in 30 rounds of 6 units" "$(value allocated "$six")" 0 "" "$(value allocated "$six")" 0

devices=()
for id in 1 2 3 4 5 6; do
    devices+=("tracer@rtu:$tmp/quiet:$id")
done
measure "\`helio read\`, whole process, against its time on the wire + 25 ms" \
    "$(middle 30 "$helio" read "tracer@rtu:$tmp/quiet:1" pvvolt)" "$(sum "$live + 25")" ms 1
measure "\`helio once --print\` of 6 units, whole process, against 450 ms" \
    "$(middle 10 "$helio" once --print "${devices[@]}")" 450 ms 1

first=$(first_byte read -q tracer@rtu:PORT:1 pvvolt)
measure "from start to the first byte on the wire, against 20 ms" "$first" 20 ms 1

"$helio" watch --json --every 0.5 "${devices[@]}" >/dev/null 2>&1 &
watch=$!
twins+=("$watch")
sleep 5
dirty=$(awk '/^Private_Dirty/ { print $2 }' "/proc/$watch/smaps_rollup")
kill -TERM "$watch" && wait "$watch" || true
measure "private dirty memory of \`helio watch --json\` on 6 units, against 2 MiB" "$dirty" 2048 kB 1

twin crowded --moods collide=0.2
crowd=$("$tmp/round" "rtu:$tmp/crowded" 1,2,3,4,5,6 84 "rtu:$tmp/quiet")
measure "round of 6 units, a fifth of the exchanges disturbed, against the clean one" \
    "$(sum "$(value median "$crowd") / 1000")" "$six_ms" ms 3.5
asked=$(value unit_rounds "$crowd") complete=$(value complete "$crowd")
row "unit-rounds lost among the disturbed, against 0.1 %" \
    "$((asked - complete))" "$(sum "$asked / 1000")" "" "$(sum "($asked - $complete) / ($asked / 1000)")" 1
row "wrong values among the disturbed" "$(value wrong "$crowd")" 0 "" "$(value wrong "$crowd")" 0

twin dead --moods dead=3
dead=$("$tmp/round" "rtu:$tmp/dead" 1,2,3,4,5,6 60)
measure "mean round of 6 units, one of them dead, against 5 live ones" \
    "$(sum "$(value mean "$dead") / 1000")" "$(sum "$(value mean "$five") / 1000")" ms 1.15

. scripts/bench.d/house.sh # what becomes of it: the store, sinks and the daemon

tracer_page() {
    cat <<END
## Tracer, store and sinks

Simulated Tracers behind a pseudo-terminal keep the pace of a real wire: 115200 baud, 10 ms until a unit
begins to answer.

The theoretical minimum of one unit's round is four exchanges of 51, 17, 19 and 75 bytes at 86.8 µs
a byte, each after 1.75 ms of silence and with 10 ms of turn-around: $(printf %.1f "$least") ms.

| figure | measured | reference | ratio | limit | |
|---|---|---|---|---|---|
$(printf '%s\n' "${rows[@]}")

That round is one of four blocks. \`helio run\` asks a slow block beside them in nearly every round, 5.07
exchanges in the mean: 79 ms for one unit on this wire and 479 ms for six, by the median.

Also seen: the same four readings by libmodbus alone, which keeps no silence before it speaks:
$(sum "$(value median "$bare") / 1000") ms, so that ours take $(printf %.3f "$(sum "$one_ms / ($(value median "$bare") / 1000)")") times as long. One unit's round at the 99th percentile $(sum "$(value p99 "$one") / 1000") ms; the longest
disturbed round of six $(sum "$(value most "$crowd") / 1000") ms.

The 64 buses with 384 simulated units, their twins included, took $(printf %.0f "$many_cpu") % of one core.
In the first three seconds, when all of them are asked everything there is, it is 19 %, then 6 to 8 %.

By the kernel's count (write_bytes in /proc/PID/io) six simulated units and their group every 10 s, with
commit_s as it is shipped, write 186 MB a day in 70 minutes of real time, and 195 MB a day in five hours of
a clock ten times as fast; the row above counts what goes through write() alone. Before a commit touched
fewer and smaller pages (749a363) it was 303 MB a day, in the same 70 minutes beside it: 0.61 of that. With
a sink that takes everything it was 202 of 345 MB in 57 minutes, 0.59.

A thousand simulated units on 100 buses, each asked once a second, their twins included, took 14 % of one
core, 38 MB of private memory and 105 threads, and 99 % of the rounds began within 2 ms; 22 % and
35 ms while 25 other processes wanted the two cores.

For contrast, a program of the older kind, that asks for one register after another and waits a fixed
time before each, needs 2.03 s for one such unit, 11.8 s for six, and 53.7 s when one of the six is dead.
END
}

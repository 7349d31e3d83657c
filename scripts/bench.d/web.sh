# The web: how many questions a second, how long a year's chart takes, whether rounds stay on time
# meanwhile, and what it costs in memory. Sourced by scripts/bench: $helio, $tmp, build_one, measure, row,
# seen, sum and value are there.

. tests/flows/_web_house.sh
gcc "${flags[@]}" tests/tools/fill_store.c -o "$tmp/fill_store" "${floors[@]}" "${libraries[@]}" -liniparser -lpthread -lm
gcc "${flags[@]}" scripts/bench.d/bare_web.c -o "$tmp/bare_web" -lmicrohttpd
build_one tidy

free_port() { python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
web_port=$(free_port)
bare_port=$(free_port)
web_url=http://127.0.0.1:$web_port
web_db=$tmp/web.db

# web_run ENABLED EVERY: starts helio with it, and waits until it has heard everybody twice
web_run() {
    {
        printf '[store]\npath = %s\n[web]\nenabled = %s\nport = %s\nold_addresses = yes\n' "$web_db" "$1" "$web_port"
        web_devices "$2"
    } >"$tmp/web.ini"
    "$helio" run -c "$tmp/web.ini" >"$tmp/web.log" 2>&1 &
    web_helio=$!
    twins+=($!)
    sleep 12
}
web_end() {
    kill "$web_helio"
    wait "$web_helio" || true
}
dirty_kb() { awk '/^Private_Dirty/ { print $2 }' "/proc/$web_helio/smaps_rollup"; }
# took_ms COUNT PATH: the median of so many answers, in ms
took_ms() {
    for _ in $(seq "$1"); do curl -s -o "$tmp/answer" -w '%{time_starttransfer}\n' "$web_url$2"; done |
        sort -n | sed -n $((($1 + 1) / 2))p | awk '{ print $1 * 1000 }'
}
# a_second URL [WORDS OF WRK]: answers a second
a_second() { wrk -t 1 -c 8 -d 3 "${@:2}" "$1" | sed -n 's/^Requests\/sec: *//p'; }
middle_of() { sort -n | sed -n '3p'; } # of five
every_route() {
    python3 - "$web_url" <<'PYTHON'
import json, sys, urllib.error, urllib.request
url = sys.argv[1]
def get(path):
    try:
        return urllib.request.urlopen(url + path, timeout=1 if "live" in path else 10).read(4000 if "live" in path else -1)
    except (urllib.error.HTTPError, TimeoutError):
        return b""
paths = json.loads(get("/api/v1/openapi.json"))["paths"]
for _ in range(3):
    for path in [*paths, "/", "/cmds?cmd=status", "/graph?from=-1d&to=now&col_1=pv_input_voltage", "/nothing"]:
        get(path)
        get(path + "?format=csv")
        if path.endswith(("history", "energy")):
            for span in "-1d", "-365d":
                get(f"{path}?device=unit1&metric=pv_energy&from={span}")
PYTHON
}

# ---- a store of a year, and the day so far of six units at a fast pace ----------------------------

"$tmp/fill_store" "$web_db" 1 525600 60 --batch 5000 >"$tmp/fill.log"
"$tmp/fill_store" "$web_db" 6 17280 5 --batch 5000 >>"$tmp/fill.log"
"$tmp/tidy" "$web_db" # as a daemon does in idle moments
year="/api/v1/history?device=unit1&metric=pv_power&from=-365d&points"

# ---- memory -----------------------------------------------------------------------------------------

web_run no 5
plain_kb=$(dirty_kb)
web_end
python3 -c 'import os, sys; os.posix_fadvise(os.open(sys.argv[1], 0), 0, 0, os.POSIX_FADV_DONTNEED)' "$web_db"
web_run yes 5
quiet_kb=$(dirty_kb)
year_cold=$(took_ms 1 "$year=500")
year_500=$(took_ms 21 "$year=500")
year_5000=$(took_ms 21 "$year=5000")
scrape=$(took_ms 21 /metrics)
every_route
routes_kb=$(dirty_kb)

# ---- questions a second, by turns with a server that does nothing else ------------------------------

board_bytes=$(curl -s "$web_url/api/v1/board" | wc -c)
"$tmp/bare_web" "$bare_port" "$board_bytes" &
bare_web=$!
twins+=("$bare_web")
sleep 0.3
for _ in 1 2 3 4 5; do
    a_second "http://127.0.0.1:$bare_port/" >>"$tmp/bare.second"
    a_second "$web_url/api/v1/board" >>"$tmp/board.second"
    a_second "$web_url/api/v1/board" -H "Accept-Encoding: gzip" >>"$tmp/packed.second"
    a_second "$web_url/api/v1/board?device=unit1" >>"$tmp/one.second"
done
for name in bare board packed one; do
    declare "$name"_second="$(middle_of <"$tmp/$name.second")"
done
used_kb=$(dirty_kb)
kill "$bare_web"
web_end

# ---- rounds meanwhile -----------------------------------------------------------------------------------

web_run yes 0.25
python3 - "$web_port" <<'PYTHON' & # a thousand that say nothing, from ten addresses; more come in place of the oldest
import itertools, socket, sys, time
time.sleep(1) # so that those who ask are there before them
held, until = [], time.monotonic() + 23
for i in itertools.count():
    if time.monotonic() > until:
        break
    held = held[-999:] + [socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5, (f"127.0.1.{i % 10 + 1}", 0))]
    time.sleep(0 if len(held) < 1000 else 0.02)
PYTHON
idle=$!
twins+=("$idle")
wrk -t 1 -c 8 -d 20 "$web_url/api/v1/board" >"$tmp/load.board" &
load=$!
wrk -t 1 -c 1 -d 20 "$web_url$year=500" >"$tmp/load.year"
wait "$load"
status=$("$helio" status --json -c "$tmp/web.ini")
wait "$idle"
web_late=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["rounds"]["late_p99_ms"])' <<<"$status")
web_rounds=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["rounds"]["count"])' <<<"$status")
web_load=$(sed -n 's/^Requests\/sec: *//p' "$tmp/load.board")
web_end

row "boards of three devices and a group a second, connections kept, at least 10000" \
    "$(printf %.0f "$board_second")" 10000 "" "$(sum "10000 / $board_second")" 1
row "the same, against a bare libmicrohttpd with as many letters" \
    "$(printf %.0f "$board_second")" "$(printf %.0f "$bare_second")" "" "$(sum "$bare_second / $board_second")" 2
seen "packed boards a second" "$packed_second" 10000 ""
seen "boards of one device a second" "$one_second" 10000 ""
measure "a year of one metric in at most 500 steps, until its first byte" "$year_500" 50 ms 1
measure "the same, the first time it is asked for, of a file that was not in memory" "$year_cold" 50 ms 1
measure "the same in at most 5000 steps" "$year_5000" 50 ms 1
seen "a scrape for Prometheus, until its first byte" "$scrape" 50 ms
measure "lateness (p99) of rounds every 250 ms, while boards and years are asked for and 1000 are idle" "$web_late" 50 ms 1
measure "private dirty memory of the web, nobody asking" "$(sum "$quiet_kb - $plain_kb")" 1024 kB 1
measure "the same after every route, a year's chart among them" "$(sum "$routes_kb - $plain_kb")" 1024 kB 1
measure "the same after all these questions" "$(sum "$used_kb - $plain_kb")" 1024 kB 1

web_page() {
    cat <<END
## Web

\`helio run\` with two simulated Tracers, an Axpert and a group ($board_bytes bytes of board), a year of one unit's
readings, one a minute, and the day so far of six units at one in 5 s. Asked by \`wrk\` over loopback, on the same cores;
medians of five times 3 s, by turns with the bare server.

| figure | measured | reference | ratio | limit | |
|---|---|---|---|---|---|
$(printf '%s\n' "${rows[@]}")

While lateness was measured ($web_rounds rounds), $web_load boards a second were answered.
END
}

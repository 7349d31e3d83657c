# The web: how many questions a second, how long a year's chart takes, what it costs in memory. Sourced
# by scripts/bench: $helio, $tmp, build_one, measure, row, seen, sum and value are there.

gcc "${flags[@]}" tests/tools/fill_store.c -o "$tmp/fill_store" "${floors[@]}" "${libraries[@]}" -liniparser -lpthread -lm

web_port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
web_url=http://127.0.0.1:$web_port

# web_house ENABLED: settings of three simulated devices and a group
web_house() {
    cat <<END
[store]
path = $tmp/web.db
[bus roof]
line = sim
every = 5
[bus shed]
line = sim
every = 5
[device unit1]
driver = tracer
bus = roof
address = 1
[device unit2]
driver = tracer
bus = roof
address = 2
[device ax]
driver = axpert
bus = shed
[group house]
members = unit1, unit2
[web]
enabled = $1
port = $web_port
END
}
# web_run ENABLED: starts helio with it, and waits until it has heard everybody
web_run() {
    web_house "$1" >"$tmp/web.ini"
    "$helio" run -c "$tmp/web.ini" >"$tmp/web.log" 2>&1 &
    web_helio=$!
    twins+=($!)
    sleep 12
}
web_end() {
    kill "$web_helio"
    wait "$web_helio" || true
}
private_kb() { awk '/^Private/ { sum += $2 } END { print sum }' "/proc/$web_helio/smaps_rollup"; }
# took_ms PATH: the median of 21 answers, in ms
took_ms() {
    for _ in $(seq 21); do curl -s -o "$tmp/answer" -w '%{time_starttransfer}\n' "$web_url$1"; done |
        sort -n | sed -n 11p | awk '{ print $1 * 1000 }'
}

"$tmp/fill_store" "$tmp/web.db" 1 525600 60 --batch 5000 >"$tmp/fill.log" # a year, once a minute
web_run no
plain_kb=$(private_kb)
web_end
web_run yes
quiet_kb=$(private_kb)
for _ in 1 2 3 4 5 6; do # closed days become rollups in idle moments
    [ "$(sum "$(took_ms '/api/v1/history?device=unit1&metric=pv_power&from=-365d&points=500') > 50")" = 1 ] || break
    sleep 10
done
year=$(took_ms '/api/v1/history?device=unit1&metric=pv_power&from=-365d&points=500')
boards=$(wrk -t 1 -c 8 -d 5 "$web_url/api/v1/board" | sed -n 's/^Requests\/sec: *//p')
one=$(wrk -t 1 -c 8 -d 5 "$web_url/api/v1/board?device=unit1" | sed -n 's/^Requests\/sec: *//p')
scrape=$(took_ms /metrics)
used_kb=$(private_kb)
web_end

row "boards of three devices and a group a second, connections kept, at least 10000" \
    "$(printf %.0f "$boards")" 10000 "" "$(sum "10000 / $boards")" 1
seen "boards of one device a second" "$one" 10000 ""
measure "a year of one metric in at most 500 steps, until its first byte" "$year" 50 ms 1
seen "a scrape for Prometheus, until its first byte" "$scrape" 50 ms
measure "private memory of the web, nobody asking" "$(sum "$quiet_kb - $plain_kb")" 1024 kB 1
seen "private memory of the web after all this, with what reading a year leaves" "$(sum "$used_kb - $plain_kb")" 1024 kB

web_page() {
    cat <<END
## Web

\`helio run\` with two simulated Tracers, an Axpert, a group and a year of readings, one a minute; asked by
\`wrk\` over loopback, on the same cores.

| figure | measured | reference | ratio | limit | |
|---|---|---|---|---|---|
$(printf '%s\n' "${rows[@]}")
END
}

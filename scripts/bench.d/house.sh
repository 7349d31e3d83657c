# The second half of scripts/bench: store, sinks and the daemon. Sourced by it: $helio, $tmp, twin,
# measure, row, value and sum are there.

cc_bench() { # NAME: a measuring program with everything helio is made of
    gcc "${flags[@]}" -I/usr/include/iniparser "scripts/bench.d/$1.c" -o "$tmp/$1" "${floors[@]}" "${libraries[@]}" \
        "${delivery[@]}" -liniparser -lpthread -lm
}
read -ra delivery <<<"$(pkg-config --libs --cflags libcurl sqlite3 jansson zlib libmodbus)"
for name in chart tidy post floor; do cc_bench $name; done
gcc "${flags[@]}" tests/tools/fill_store.c -o "$tmp/fill_store" "${floors[@]}" "${libraries[@]}" \
    "${delivery[@]}" -liniparser -lpthread -lm

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
wait_for() { # URL
    for _ in $(seq 200); do
        curl -s -o /dev/null --max-time 1 "$1" && return 0
        sleep 0.05
    done
    echo "$1 does not answer"
    exit 1
}

port=$(free_port) rpc=$(free_port)
. tests/servers/influxd_conf.sh
influxd_conf "$tmp/influx" "$port" "$rpc" >"$tmp/influxd.conf"
influxd run -config "$tmp/influxd.conf" >"$tmp/influxd.log" 2>&1 &
influxd=$!
twins+=("$influxd")
influx=http://127.0.0.1:$port
wait_for "$influx/ping"
fresh() { # DATABASE
    curl -s -XPOST "$influx/query" --data-urlencode "q=DROP DATABASE $1" >/dev/null
    curl -s -XPOST "$influx/query" --data-urlencode "q=CREATE DATABASE $1" >/dev/null
}

six_units() { # STORE LINE-OF-SINK...
    printf '[store]\npath = %s\n[bus wire]\nline = rtu:%s\nevery = 1\n' "$1" "$tmp/quiet"
    for id in 1 2 3 4 5 6; do printf '[device unit%s]\ndriver = tracer\nbus = wire\naddress = %s\n' $id $id; done
    printf '[group house]\nmembers = unit1, unit2, unit3, unit4, unit5, unit6\n'
    printf '[sink influx]\nkind = influx\nurl = %s\ndatabase = solar\n%b\n' "$influx" "${2:-}"
}

# ---- one snapshot of six units into a database ---------------------------------------------------

fresh solar
six_units "$tmp/once.db" >"$tmp/once.ini"
"$helio" once -c "$tmp/once.ini"
read -r once_ms once_cpu <<<"$(
    python3 - "$helio" "$tmp/once.ini" <<'PYTHON'
import resource, statistics, subprocess, sys, time
took, cpu = [], []
for _ in range(10):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.monotonic()
    subprocess.run([sys.argv[1], "once", "-c", sys.argv[2]], check=True)
    took.append((time.monotonic() - begun) * 1000)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu.append((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000)
print(statistics.median(took), statistics.median(cpu))
PYTHON
)"
measure "\`helio once\` of 6 units into InfluxDB, whole process, against 500 ms" "$once_ms" 500 ms 1
measure "its CPU time, against 15 ms" "$once_cpu" 15 ms 1

# ---- a backlog into the databases, against a bare libcurl loop with the same batches ------------

readings=120000
"$tmp/fill_store" "$tmp/drain.db" 6 $((readings / 6)) 10 --batch 500 >/dev/null
victoria_port=$(free_port)
victoria-metrics -storageDataPath="$tmp/victoria" -httpListenAddr=127.0.0.1:"$victoria_port" -retentionPeriod=100y \
    -loggerLevel=ERROR -selfScrapeInterval=0 -dedup.minScrapeInterval=1ms >"$tmp/victoria.log" 2>&1 &
twins+=($!)
wait_for "http://127.0.0.1:$victoria_port/health"

drain() { # NAME URL API ADDRESS
    local name=$1 url=$2 api=$3 address=$4 ours=() bare=() _
    {
        printf '[store]\npath = %s\n' "$tmp/drain.db"
        printf '[bus b]\nline = sim\n[device d]\ndriver = tracer\nbus = b\n'
        printf '[sink db]\nkind = influx\nurl = %s\napi = %s\ndatabase = solar\ngzip = no\nbytes = 262144\ntimeout = 60\n' "$url" "$api"
    } >"$tmp/drain.ini"
    "$helio" export -c "$tmp/drain.ini" --as line >"$tmp/drain.lp"
    for _ in 1 2 3 4 5; do
        [ "$api" = victoria ] || fresh solar
        bare+=("$(value ms "$("$tmp/post" "$address" "$tmp/drain.lp" 1000 262144)")")
        [ "$api" = victoria ] || fresh solar
        ours+=("$(
            python3 - "$helio" "$tmp/drain.ini" <<'PYTHON'
import subprocess, sys, time
begun = time.monotonic()
subprocess.run([sys.argv[1], "resend", "db", "-c", sys.argv[2], "--from", "2020-01-01", "--wait", "600"],
               check=True, stdout=subprocess.DEVNULL)
print((time.monotonic() - begun) * 1000)
PYTHON
        )")
    done
    read -r ours_ms bare_ms <<<"$(python3 -c '
import statistics, sys
half = len(sys.argv) // 2
print(statistics.median(map(float, sys.argv[1:half + 1])), statistics.median(map(float, sys.argv[half + 1:])))' \
        "${ours[@]}" "${bare[@]}")"
    measure "$readings stored readings of 25 numbers into $name, against a bare libcurl loop with the same batches" \
        "$ours_ms" "$bare_ms" ms 1.111
}
drain "InfluxDB 1.6" "$influx" v1 "$influx/write?db=solar&precision=ms"
drain "VictoriaMetrics" "http://127.0.0.1:$victoria_port" victoria \
    "http://127.0.0.1:$victoria_port/write?db=solar&precision=ms"

# ---- the store -----------------------------------------------------------------------------------

day=$("$tmp/fill_store" "$tmp/day.db" 6 8640 10 --busy sink)
size=$(stat -c %s "$tmp/day.db")
measure "bytes on the disk for a reading of 25 numbers, against 200" \
    "$(sum "$size / $(value count "$day")")" 200 bytes 1
measure "megabytes written in a day by the kernel's count: 6 units every 10 s, a commit each, against 200" \
    "$(sum "$(value written "$day") / 1e6")" 200 MB 1
minute=$("$tmp/fill_store" "$tmp/minute.db" 6 8640 10 --busy sink --batch 6)
measure "the same with commit_s = 60, against 60" "$(sum "$(value written "$minute") / 1e6")" 60 MB 1

"$tmp/fill_store" "$tmp/year.db" 1 35136 900 --batch 500 >/dev/null
"$tmp/tidy" "$tmp/year.db"
charts=$("$tmp/chart" "$tmp/year.db" unit1)
measure "a chart of one metric over a year ($(value year_steps "$charts") days), out of rollups, against 50 ms" \
    "$(value year "$charts")" 50 ms 1
charts=$("$tmp/chart" "$tmp/day.db" unit3)
measure "a day of one unit's readings ($(value day_steps "$charts")) among 6 units, against 20 ms" \
    "$(value day "$charts")" 20 ms 1

# ---- memory --------------------------------------------------------------------------------------

memory() { # PID: private dirty and PSS, kB
    awk '/^Private_Dirty/ { d = $2 } /^Pss:/ { p = $2 } END { print d, p }' "/proc/$1/smaps_rollup"
}
"$tmp/floor" "$influx/write?db=solar" "$tmp/floor.db" >"$tmp/floor.out" &
floor=$!
twins+=("$floor")
sleep 1
read -r floor_dirty floor_pss <<<"$(memory "$floor")"
six_units "$tmp/run.db" >"$tmp/run.ini"
run_for() { # SECONDS: starts the daemon, sets dirty and pss
    "$helio" run -c "$tmp/run.ini" >/dev/null 2>&1 &
    daemon=$!
    twins+=("$daemon")
    sleep "$1"
    read -r dirty pss <<<"$(memory "$daemon")"
}
run_for 15
measure "private dirty memory of \`helio run\` (6 units, store, sink) above the bare libraries, against 1.5 MiB" \
    "$((dirty - floor_dirty))" 1536 kB 1
measure "its PSS above theirs, against 2 MiB" "$((pss - floor_pss))" 2048 kB 1
quiet_dirty=$dirty
kill -TERM "$daemon" && wait "$daemon" || true
rm -f "$tmp/run.db"*
"$tmp/fill_store" "$tmp/run.db" 6 166667 1 --batch 1000 --sink influx >/dev/null
fresh solar
run_for 6
measure "private dirty memory while a backlog of a million readings is delivered, against 1.5 MiB above the bare libraries" \
    "$((dirty - floor_dirty))" 1536 kB 1
kill -TERM "$daemon" && wait "$daemon" || true
kill "$floor"

# ---- many buses on one core ----------------------------------------------------------------------

{
    printf '[store]\npath = %s\n' "$tmp/many.db"
    for b in $(seq 64); do
        printf '[bus b%s]\nline = sim\nevery = 1\n' "$b"
        for d in 1 2 3 4 5 6; do printf '[device u%s-%s]\ndriver = tracer\nbus = b%s\naddress = %s\n' "$b" "$d" "$b" "$d"; done
    done
} >"$tmp/many.ini"
taskset -c 0 "$helio" run -c "$tmp/many.ini" >/dev/null 2>&1 &
daemon=$!
twins+=("$daemon")
sleep 30
status=$("$helio" status --json)
cpu=$(awk -v hz="$(getconf CLK_TCK)" '{ print ($14 + $15) / hz }' "/proc/$daemon/stat")
late=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["rounds"]["late_p99_ms"])' <<<"$status")
heard=$(python3 -c '
import json, sys
d = json.load(sys.stdin)
print(sum(x["heard"] for x in d["devices"]), int(d["up_s"]), d["store"]["committed"])' <<<"$status")
read -r readings_heard up committed <<<"$heard"
kill -TERM "$daemon" && wait "$daemon" || true
measure "lateness (p99) of the rounds of 64 buses x 6 simulated units a second on one core, against 50 ms" "$late" 50 ms 1
row "rounds of them that were missed in $up s" "$((384 * up > readings_heard ? 384 * up - readings_heard : 0))" "384" "" \
    "$(sum "(384 * $up > $readings_heard ? 384 * $up - $readings_heard : 0) / 384")" 1
many_cpu=$(sum "$cpu / $up * 100")

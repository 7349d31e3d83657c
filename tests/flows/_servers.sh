# Real servers for the flows, sourced after lib.sh: on 127.0.0.1, in folders of the test, ended by
# their process id when the test ends.

needs() {
    local program
    for program in "$@"; do
        command -v "$program" >/dev/null && continue
        echo "skipped: $program is not installed"
        exit 77
    done
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# lasting_ports COUNT: different ones, outside of those the system gives to connections, so that a server
# that is away for a while finds its own free again
lasting_ports() {
    python3 -c 'import random, socket, sys
held = []
while len(held) < int(sys.argv[1]):
    s = socket.socket()
    try:
        s.bind(("127.0.0.1", random.randint(10000, 15900)))
        held.append(s)
    except OSError:
        pass
print(*(s.getsockname()[1] for s in held))' "$1"
}

# ready PID URL LOG: waits until the address answers, as long as the process lives
ready() {
    for _ in $(seq 400); do
        kill -0 "$1" 2>/dev/null || break
        curl -s -o /dev/null --max-time 1 "$2" && return 0
        sleep 0.05
    done
    cat "$3" >&2
    fail "$2 does not answer"
}

# forget PID: it is ended already
forget() {
    local kept=() pid
    for pid in "${twins[@]}"; do
        [ "$pid" = "$1" ] || kept+=("$pid")
    done
    twins=("${kept[@]}")
}

declare -A PORTS PIDS

# influxd_start NAME [LINE OF [http]...]: sets URL
influxd_start() {
    local name=$1 folder=$TESTS_TMP/$1 port rpc
    shift
    port=$(free_port) rpc=$(free_port)
    mkdir -p "$folder"
    {
        printf 'reporting-disabled = true\nbind-address = "127.0.0.1:%s"\n' "$rpc"
        printf '[meta]\n  dir = "%s/meta"\n' "$folder"
        printf '[data]\n  dir = "%s/data"\n  wal-dir = "%s/wal"\n  query-log-enabled = false\n' \
            "$folder" "$folder"
        printf '[monitor]\n  store-enabled = false\n[logging]\n  level = "warn"\n'
        printf '[http]\n  bind-address = "127.0.0.1:%s"\n  log-enabled = false\n' "$port"
        printf '  %s\n' "$@"
    } >"$folder/influxd.conf"
    PORTS[$name]=$port
    influxd_again "$name"
}

influxd_again() {
    influxd run -config "$TESTS_TMP/$1/influxd.conf" >>"$TESTS_TMP/$1/log" 2>&1 &
    PIDS[$1]=$!
    twins+=($!)
    URL=http://127.0.0.1:${PORTS[$1]}
    ready "${PIDS[$1]}" "$URL/ping" "$TESTS_TMP/$1/log"
}

# server_end NAME SIGNAL
server_end() {
    kill "-$2" "${PIDS[$1]}" 2>/dev/null
    wait "${PIDS[$1]}" 2>/dev/null
    forget "${PIDS[$1]}"
}
influxd_stop() { server_end "$1" TERM; }
influxd_kill() { server_end "$1" KILL; }

# influx_query URL DATABASE QUERY: CSV, times in milliseconds
influx_query() {
    curl -sG -H 'Accept: application/csv' "$1/query" --data-urlencode "db=$2" \
        --data-urlencode "epoch=ms" --data-urlencode "q=$3"
}
influx_command() { curl -s -XPOST "$1/query" --data-urlencode "q=$2" >/dev/null; }
# influx_count URL DATABASE FIELD: how many points have it
influx_count() {
    influx_query "$1" "$2" "SELECT count(\"$3\") FROM solar" | tail -n +2 | cut -d, -f4 | grep . || echo 0
}

# victoria_start NAME [OPTION...]
victoria_start() {
    local name=$1 port
    shift
    port=$(free_port)
    victoria-metrics -storageDataPath="$TESTS_TMP/$name" -httpListenAddr=127.0.0.1:"$port" \
        -retentionPeriod=100y -loggerLevel=WARN -selfScrapeInterval=0 "$@" >"$TESTS_TMP/$name.log" 2>&1 &
    PIDS[$name]=$! PORTS[$name]=$port
    twins+=($!)
    URL=http://127.0.0.1:$port
    ready "${PIDS[$name]}" "$URL/health" "$TESTS_TMP/$name.log"
}

# vmauth_start NAME TOKEN BACKEND
vmauth_start() {
    local port
    port=$(free_port)
    printf 'users:\n- bearer_token: "%s"\n  url_prefix: "%s/"\n' "$2" "$3" >"$TESTS_TMP/$1.yml"
    vmauth -auth.config="$TESTS_TMP/$1.yml" -httpListenAddr=127.0.0.1:"$port" >"$TESTS_TMP/$1.log" 2>&1 &
    PIDS[$1]=$! PORTS[$1]=$port
    twins+=($!)
    URL=http://127.0.0.1:$port
    ready "${PIDS[$1]}" "$URL/health" "$TESTS_TMP/$1.log"
}

# stand_in_start NAME [--api API] [--port PORT]: sets URL
stand_in_start() {
    local name=$1
    shift
    rm -f "$TESTS_TMP/$name.port"
    python3 "$HELIO_SOURCE/tests/servers/stand_in.py" --ready "$TESTS_TMP/$name.port" "$@" \
        >"$TESTS_TMP/$name.log" 2>&1 &
    PIDS[$name]=$!
    twins+=($!)
    for _ in $(seq 200); do
        [ -s "$TESTS_TMP/$name.port" ] && break
        sleep 0.05
    done
    PORTS[$name]=$(cat "$TESTS_TMP/$name.port") || fail "the stand-in did not start"
    URL=http://127.0.0.1:${PORTS[$name]}
}
# stand_in_set NAME KEY=VALUE...
stand_in_set() {
    local name=$1 words=() word
    shift
    for word in "$@"; do words+=(--data-urlencode "$word"); done
    curl -sf "http://127.0.0.1:${PORTS[$name]}/control" "${words[@]}" >/dev/null || fail "the stand-in does not understand $*"
}
# stand_in_get NAME KEY: one number of its statistics
stand_in_get() {
    curl -s "http://127.0.0.1:${PORTS[$1]}/stats" |
        python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$2"
}

# ---- the daemon ------------------------------------------------------------------------------

# daemon FILE: starts helio run; DAEMON is its process id
daemon() {
    "$HELIO" run -c "$1" >daemon.out 2>>daemon.err &
    DAEMON=$!
    twins+=($!)
    for _ in $(seq 200); do
        "$HELIO" status >/dev/null 2>&1 && return 0
        kill -0 "$DAEMON" 2>/dev/null || break
        sleep 0.05
    done
    cat daemon.err >&2
    fail "the daemon did not start"
}
daemon_end() {
    kill "-${1:-TERM}" "$DAEMON"
    wait "$DAEMON"
    DAEMON_CODE=$?
    forget "$DAEMON"
}
# status_get PATH: one value of helio status --json, as store.last or sinks.0.backlog
status_get() {
    "$HELIO" status --json | python3 -c '
import json, sys
at = json.load(sys.stdin)
for key in sys.argv[1].split("."):
    at = at[int(key)] if isinstance(at, list) else at[key]
print(at)' "$1"
}
# until_true SECONDS COMMAND...
until_true() {
    local end=$((SECONDS + $1))
    shift
    while [ "$SECONDS" -lt "$end" ]; do
        "$@" && return 0
        sleep 0.1
    done
    return 1
}
sql() { sqlite3 -readonly "$TESTS_TMP/helio.db" "$1"; }

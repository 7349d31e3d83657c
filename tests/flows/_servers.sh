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

# Ports of our own: a block of them is ours until the last of our processes is gone, so that flows
# that run at the same time, of other builds and users too, never meet. They lie below those which the
# system gives to connections: a server that is away for a while finds its own free again.
ports_first=10000 ports_a_block=40 ports_blocks=500
take_ports() {
    local folder=/tmp/helio-ports tried block start
    mkdir -p -m 1777 "$folder" 2>/dev/null
    start=$(cksum <<<"$TESTS_TMP")
    for ((tried = 0; tried < ports_blocks; tried++)); do
        block=$(((${start%% *} + tried) % ports_blocks))
        [ -e "$folder/$block" ] || (umask 022 && : >"$folder/$block") 2>/dev/null
        { exec {ports_lock}<"$folder/$block"; } 2>/dev/null || continue
        flock -n "$ports_lock" && break
        exec {ports_lock}<&-
    done
    [ $tried -lt $ports_blocks ] || fail "no block of ports is free"
    port_next=$((ports_first + block * ports_a_block))
}
# free_port VARIABLE...: a port in each, which nobody listens at
free_port() {
    local into
    [ -n "${port_next:-}" ] || take_ports
    for into in "$@"; do
        while (exec 9<>"/dev/tcp/127.0.0.1/$port_next") 2>/dev/null; do port_next=$((port_next + 1)); done
        printf -v "$into" %s "$port_next"
        port_next=$((port_next + 1))
    done
}

# ready PID URL LOG: waits until the address answers, as long as the process lives
ready() {
    until_true 20 answers_or_ended "$@"
    is_answering "$2" || {
        cat "$3" >&2
        fail "$2 does not answer"
    }
}
is_answering() { curl -s -o /dev/null --max-time 1 "$1"; }
answers_or_ended() { is_answering "$2" || ! kill -0 "$1" 2>/dev/null; }

# forget PID: it is ended already
forget() {
    local kept=() pid
    for pid in "${twins[@]}"; do
        [ "$pid" = "$1" ] || kept+=("$pid")
    done
    twins=("${kept[@]}")
}

declare -A PORTS PIDS
. "$HELIO_SOURCE/tests/servers/influxd_conf.sh"

# influxd_start NAME [LINE OF [http]...]: sets URL
influxd_start() {
    local name=$1 folder=$TESTS_TMP/$1
    shift
    free_port "PORTS[$name]" "PORTS[$name.rpc]"
    mkdir -p "$folder"
    influxd_conf "$folder" "${PORTS[$name]}" "${PORTS[$name.rpc]}" "$@" >"$folder/influxd.conf"
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
    free_port port
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
    free_port port
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
    until_true 20 test -s "$TESTS_TMP/$name.port" || fail "the stand-in did not start"
    PORTS[$name]=$(<"$TESTS_TMP/$name.port")
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
    curl -s "http://127.0.0.1:${PORTS[$1]}/stats" | sed -nE "s/.*\"$2\": ([0-9]+)[,}].*/\1/p"
}

# ---- the daemon ------------------------------------------------------------------------------

# daemon FILE: starts helio run; DAEMON is its process id
daemon() {
    "$HELIO" run -c "$1" >daemon.out 2>>daemon.err &
    DAEMON=$!
    twins+=($!)
    until_true 20 daemon_answers_or_ended
    "$HELIO" status >/dev/null 2>&1 || {
        cat daemon.err >&2
        fail "the daemon did not start"
    }
}
daemon_answers_or_ended() { "$HELIO" status >/dev/null 2>&1 || ! kill -0 "$DAEMON" 2>/dev/null; }
daemon_end() {
    kill "-${1:-TERM}" "$DAEMON"
    wait "$DAEMON"
    DAEMON_CODE=$?
    forget "$DAEMON"
}
# status_get PATH: one value of helio status --json, as store.last or sinks.0.backlog
status_get() {
    "$HELIO" status --json | python3 -IS -c '
import json, sys
at = json.load(sys.stdin)
for key in sys.argv[1].split("."):
    at = at[int(key)] if isinstance(at, list) else at[key]
print(at)' "$1"
}
sql() { sqlite3 -readonly "$TESTS_TMP/helio.db" "$1"; }

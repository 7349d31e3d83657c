# Real databases and stand-ins for the flows: on 127.0.0.1, in a folder of their own, ended by pid.
# Sourced after lib.sh, whose list of twins is ended at exit; stopped servers leave that list alone.

servers=${HELIO_SOURCE:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}/tests/servers
declare -A server_pid server_url

# needs PROGRAM...: without them the test is skipped
needs() {
    local program
    for program in "$@"; do
        command -v "$program" >/dev/null || { echo "skipped: no $program here"; exit 77; }
    done
}

# free_port: a port nobody listens on, in PORT. (The servers here cannot be told port 0.)
free_port() {
    PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])') || fail "no free port"
}

# server_wait NAME COMMAND...: until the command succeeds, while the server lives; 30 s at most
server_wait() {
    local name=$1
    shift
    for _ in $(seq 600); do
        kill -0 "${server_pid[$name]}" 2>/dev/null || break
        ! "$@" || return 0
        sleep 0.05
    done
    tail -5 "$name.log" >&2
    fail "the server $name did not start"
}

# server_run NAME COMMAND...: in the background, its words in NAME.log
server_run() {
    local name=$1
    shift
    "$@" >>"$name.log" 2>&1 &
    server_pid[$name]=$!
    twins+=($!)
}

# server_end NAME SIGNAL: waits until it is gone
server_end() {
    local name=$1 pid=${server_pid[$1]:-} kept=() twin
    [ -n "$pid" ] || fail "no server $name"
    kill "-$2" "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    for twin in "${twins[@]}"; do # another process may get this number
        [ "$twin" = "$pid" ] || kept+=("$twin")
    done
    twins=("${kept[@]}")
    unset "server_pid[$name]"
}

# answers URL: whether somebody answers there, with 2xx
answers() { curl -sf -m 2 -o /dev/null "$1"; }

# ---- InfluxDB 1 -----------------------------------------------------------------------

# influxd_start NAME [KEY=VALUE...]: settings of [http] may be given; its address is in URL
influxd_start() {
    local name=$1 folder=$TESTS_TMP/$1 port setting
    needs influxd curl python3
    mkdir -p "$folder"
    free_port && port=$PORT
    free_port
    server_url[$name]=http://127.0.0.1:$port
    shift
    {
        printf '%s\n' 'reporting-disabled = true' "bind-address = \"127.0.0.1:$PORT\"" \
            '[meta]' "dir = \"$folder/meta\"" \
            '[data]' "dir = \"$folder/data\"" "wal-dir = \"$folder/wal\"" \
            'query-log-enabled = false' '[monitor]' 'store-enabled = false' '[logging]' \
            'level = "warn"' '[http]' "bind-address = \"127.0.0.1:$port\"" 'log-enabled = false'
        for setting in "$@"; do
            echo "${setting%%=*} = ${setting#*=}"
        done
    } >"$folder/influxd.conf"
    influxd_again "$name"
}

# influxd_again NAME: the same folder and address; also after influxd_stop and influxd_kill
influxd_again() {
    URL=${server_url[$1]}
    server_run "$1" influxd run -config "$TESTS_TMP/$1/influxd.conf"
    server_wait "$1" answers "$URL/ping"
}
influxd_stop() { server_end "$1" TERM; }
influxd_kill() { server_end "$1" KILL; }

# influx_query URL DB QUERY: the answer as CSV; CURL_WORDS may hold credentials ("-K file")
influx_query() {
    # shellcheck disable=SC2086 # several words on purpose
    curl -sS ${CURL_WORDS:-} -H 'Accept: application/csv' "$1/query" --data-urlencode "db=$2" \
        --data-urlencode "q=$3"
}

# ---- VictoriaMetrics ------------------------------------------------------------------

# victoria_start NAME [OPTION...]: its address is in URL
victoria_start() {
    local name=$1
    needs victoria-metrics curl python3
    shift
    free_port
    URL=http://127.0.0.1:$PORT
    server_url[$name]=$URL
    server_run "$name" victoria-metrics "-storageDataPath=$TESTS_TMP/$name" \
        "-httpListenAddr=127.0.0.1:$PORT" -retentionPeriod=100y -loggerLevel=WARN \
        -selfScrapeInterval=0 "$@"
    server_wait "$name" answers "$URL/health"
}
victoria_stop() { server_end "$1" TERM; }

# victoria_export URL SELECTOR: the stored samples as JSON lines, one line a series
victoria_export() {
    curl -sSf -o /dev/null "$1/internal/force_flush" || fail "no flush at $1"
    curl -sSfG "$1/api/v1/export" --data-urlencode "match[]=$2" || fail "no export of $2"
}

# vmauth_start NAME TOKEN UPSTREAM: asks for the token and hands on; its address is in URL
vmauth_start() {
    local name=$1 folder=$TESTS_TMP/$1
    needs vmauth
    mkdir -p "$folder"
    (umask 077 && printf 'users:\n- bearer_token: "%s"\n  url_prefix: "%s/"\n' "$2" "$3" \
        >"$folder/auth.yml")
    free_port
    URL=http://127.0.0.1:$PORT
    server_url[$name]=$URL
    server_run "$name" vmauth "-auth.config=$folder/auth.yml" "-httpListenAddr=127.0.0.1:$PORT" \
        -loggerLevel=WARN
    server_wait "$name" answers "$URL/metrics"
}

# ---- stand-ins ------------------------------------------------------------------------

# stand_in_start NAME OPTION...: as stand_in.py takes them; its address is in URL
stand_in_start() {
    local name=$1 ready=$TESTS_TMP/$1.port
    needs python3 curl
    shift
    rm -f "$ready"
    server_run "$name" python3 "$servers/stand_in.py" --ready "$ready" "$@"
    server_wait "$name" test -s "$ready"
    URL=http://127.0.0.1:$(cat "$ready")
    server_url[$name]=$URL
}
stand_in_stop() { server_end "$1" TERM; }

# stand_in_set NAME MODE [DIAL=VALUE...]: values go through a pipe, for some are secrets
stand_in_set() {
    local url=${server_url[$1]} said
    shift
    said=$(printf '%s\0' "mode=$1" "${@:2}" | python3 -c 'import sys
from urllib.parse import quote
words = sys.stdin.read().split("\0")[:-1]
print("&".join("=".join(quote(part, safe="") for part in w.split("=", 1)) for w in words), end="")' |
        curl -sS -X POST "$url/control" --data-binary @-)
    [ "$said" = "done" ] || fail "the stand-in said: $said"
}

# stand_in_stats NAME KEY: one number or list; a.b looks inside
stand_in_stats() {
    curl -sS "${server_url[$1]}/stats" | python3 -c 'import json, sys
value = json.load(sys.stdin)
for key in sys.argv[1].split("."):
    value = value.get(key, 0)
print(value if not isinstance(value, (list, dict)) else json.dumps(value))' "$2"
}
stand_in_dump() { curl -sS "${server_url[$1]}/dump"; }

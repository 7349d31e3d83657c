# Real brokers for the flows: on 127.0.0.1, in folders of their own, ended by pid. Sourced after
# lib.sh and _servers.sh. Subscribers write what they hear into files, one message a line:
# RETAINED TOPIC PAYLOAD.

# broker_start NAME [LINE OF mosquitto.conf]...: sets PORT
broker_start() {
    local name=$1
    shift
    needs mosquitto mosquitto_sub mosquitto_pub
    mkdir -p "$TESTS_TMP/$name"
    PORTS[$name]=$(free_port)
    {
        printf 'persistence false\nuser %s\n' "$(id -un)"
        [[ "$*" == *allow_anonymous* ]] || echo 'allow_anonymous true'
        [ $# = 0 ] || printf '%s\n' "$@"
        printf 'listener %s 127.0.0.1\n' "${PORTS[$name]}"
        [ ! -f "$TESTS_TMP/$name/tls" ] || cat "$TESTS_TMP/$name/tls"
    } >"$TESTS_TMP/$name/mosquitto.conf"
    broker_again "$name"
}

broker_again() {
    local name=$1
    PORT=${PORTS[$name]}
    mosquitto -c "$TESTS_TMP/$name/mosquitto.conf" >>"$TESTS_TMP/$name/log" 2>&1 &
    PIDS[$name]=$!
    twins+=($!)
    for _ in $(seq 400); do
        kill -0 "${PIDS[$name]}" 2>/dev/null || break
        (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null && return 0
        sleep 0.02
    done
    cat "$TESTS_TMP/$name/log" >&2
    fail "the broker $name did not start"
}

# certificates FOLDER: an authority, certificates of a broker on 127.0.0.1, of a client, and of a
# broker elsewhere
certificates() {
    local d=$1
    needs openssl
    mkdir -p "$d"
    (
        cd "$d" || exit 1
        openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca -keyout ca.key -out ca.crt
        openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=other -keyout other.key -out other.crt
        local who
        for who in broker client elsewhere; do
            printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' >names
            [ $who != elsewhere ] || printf 'subjectAltName=DNS:elsewhere\n' >names
            openssl req -newkey rsa:2048 -nodes -subj "/CN=$who" -keyout $who.key -out $who.csr
            openssl x509 -req -in $who.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile names -out $who.crt
        done
    ) >"$d/log" 2>&1 || fail "no certificates: $(tail -1 "$d/log")"
}

# listen FILE OPTIONS...: what comes from now on, into FILE; ready when it hears itself
listen() {
    local file=$1
    shift
    : >"$file"
    mosquitto_sub -h 127.0.0.1 -p "$PORT" -q 1 -F '%r %t %p' "$@" >>"$file" 2>"$file.err" &
    LISTENER=$!
    twins+=($!)
    sleep 0.3
}

# say TOPIC PAYLOAD OPTIONS...
say() {
    local topic=$1 payload=$2
    shift 2
    mosquitto_pub -h 127.0.0.1 -p "$PORT" -q 1 -t "$topic" -m "$payload" "$@" || fail "$topic could not be published"
}

# standing TOPIC: what a new subscriber finds there at once; nothing: ""
standing() {
    mosquitto_sub -h 127.0.0.1 -p "$PORT" -t "$1" -C 1 -W 1 -F '%p' --retained-only 2>/dev/null
}
stands() { [ "$(standing "$1")" = "$2" ]; }
heard() { grep -qF -- "$2" "$1"; }

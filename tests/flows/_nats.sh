# A cluster of three nats-servers with JetStream on 127.0.0.1, sourced after lib.sh and _servers.sh.

# nats_config NAME ROUTES [LINE...]: ports are in PORTS[NAME], PORTS[NAME.http], PORTS[NAME.cluster]
nats_config() {
    local name=$1 routes=$2
    shift 2
    {
        printf 'server_name: %s\nlisten: 127.0.0.1:%s\nhttp: 127.0.0.1:%s\n' "$name" "${PORTS[$name]}" "${PORTS[$name.http]}"
        printf 'jetstream { store_dir: "%s/%s", max_mem: 64MB, max_file: 4GB }\n' "$TESTS_TMP" "$name"
        [ -z "$routes" ] ||
            printf 'cluster { name: c1, listen: 127.0.0.1:%s, routes: [%s] }\n' "${PORTS[$name.cluster]}" "${routes// /, }"
        printf '%s\n' "$@"
    } >"$TESTS_TMP/$name.conf"
}
nats_ports() {
    free_port "PORTS[$1]" "PORTS[$1.http]" "PORTS[$1.cluster]"
}
nats_again() {
    nats-server -c "$TESTS_TMP/$1.conf" >>"$TESTS_TMP/$1.log" 2>&1 &
    PIDS[$1]=$!
    twins+=($!)
    ready "${PIDS[$1]}" "http://127.0.0.1:${PORTS[$1.http]}/varz" "$TESTS_TMP/$1.log"
}
# nats_get NAME PATH EXPRESSION: of what the server's monitor says, as python
nats_get() {
    curl -s --max-time 2 "http://127.0.0.1:${PORTS[$1.http]}/$2" |
        python3 -c 'import json, sys
j = json.load(sys.stdin)
print(eval(sys.argv[1]))' "$3" 2>/dev/null
}
nats_has_leader() { [ -n "$(nats_get "$1" jsz 'j["meta_cluster"]["leader"]')" ]; }

# nats_cluster: n1, n2, n3; their addresses are in URL
nats_cluster() {
    local name routes=
    URL=
    for name in n1 n2 n3; do
        nats_ports $name
        routes+="${routes:+ }nats://127.0.0.1:${PORTS[$name.cluster]}"
        URL+="nats://127.0.0.1:${PORTS[$name]} "
    done
    for name in n1 n2 n3; do
        nats_config $name "$routes"
        nats_again $name
    done
    until_true 30 nats_has_leader n1 || fail "the cluster has no leader"
}

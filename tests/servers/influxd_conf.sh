# Sourced by the flows and the bench.

# influxd_conf FOLDER PORT RPC-PORT [LINE OF [http]...]: settings of an InfluxDB 1 on 127.0.0.1 that keeps
# to itself
influxd_conf() {
    printf 'reporting-disabled = true\nbind-address = "127.0.0.1:%s"\n' "$3"
    printf '[meta]\n  dir = "%s/meta"\n' "$1"
    printf '[data]\n  dir = "%s/data"\n  wal-dir = "%s/wal"\n  query-log-enabled = false\n' "$1" "$1"
    printf '[monitor]\n  store-enabled = false\n[logging]\n  level = "warn"\n'
    printf '[http]\n  bind-address = "127.0.0.1:%s"\n  log-enabled = false\n' "$2"
    [ $# -lt 4 ] || printf '  %s\n' "${@:4}"
}

# The stand-in server is truthful: every row of its table is provoked, and the measured rows at the
# real servers too: the same requests, the same answers, the same points kept.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/_servers.sh"
needs python3 curl influxd victoria-metrics

words=()
influxd_start influx 'max-body-size = 2000'
words+=("influxd=$URL")
influx_command "$URL" "CREATE DATABASE solar"
influx_command "$URL" "CREATE RETENTION POLICY short ON solar DURATION 1h REPLICATION 1"

influxd_start guarded 'auth-enabled = true'
words+=("guarded=$URL")
influx_command "$URL" "CREATE USER writer WITH PASSWORD 'right' WITH ALL PRIVILEGES"
printf 'user = "writer:right"\n' >curlrc
for command in "CREATE DATABASE solar" "CREATE USER reader WITH PASSWORD 'right'" "GRANT READ ON solar TO reader"; do
    curl -sf -K curlrc -XPOST "$URL/query" --data-urlencode "q=$command" >/dev/null || fail "$command"
done

victoria_start victoria -retentionPeriod=1y
words+=("real_victoria=$URL")
httpAuth_username=writer httpAuth_password=right victoria_start closed -envflag.enable
words+=("closed=$URL")

for api in v1 v2 v3 victoria; do
    stand_in_start "like_$api" --api "$api"
    words+=("$api=$URL")
done
python3 "$HELIO_SOURCE/tests/servers/provoke.py" "${words[@]}" || fail "the stand-in and the real servers differ"

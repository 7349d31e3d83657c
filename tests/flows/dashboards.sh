#!/usr/bin/env bash
# The dashboards: what they ask is answered, by real servers, with the numbers plain SQL finds; they
# are what Grafana's types say; some of their panels are drawn. Needs npm's registry once.
here=$(cd "$(dirname "$0")" && pwd)
user_home=$HOME
. "$here/lib.sh"
. "$here/_servers.sh"
top=${HELIO_SOURCE:-$here/../..}
tests=$top/tests/dashboards
dashboards=$top/grafana/dashboards

skip() {
    echo "skipped: $*"
    exit 77
}

# ---- the files themselves ----

"$top/scripts/grafana-build" --check || fail "the dashboards are not what scripts/grafana-build writes"

uids=$(grep -hoE '"uid": *"[^"]*"|"datasource": *"[^"]*"' "$dashboards"/*.json | sort -u)
wanted='"uid": "${datasource}"
"uid": "heliograph-solar"
"uid": "heliograph-solar-flux"
"uid": "heliograph-solar-promql"'
[ "$uids" = "$wanted" ] || fail "a data source is named: $uids"

"$HELIO" list metrics --as json | grep -oE '"metric": "[a-z0-9_]+"' | cut -d'"' -f4 | sort >catalogue
for file in "$dashboards"/*.json; do
    grep -oE '(last|mean|difference)\(\\"[a-z0-9_]+\\"|_field == \\"[a-z0-9_]+\\"|solar_[a-z0-9_]+' "$file" |
        sed -E 's/solar_//; s/.*\\"([a-z0-9_]+)\\"/\1/' | sort -u >asked
    [ "$(wc -l <asked)" -ge 15 ] || fail "too few metrics are asked for in $file"
    strange=$(comm -13 catalogue asked)
    [ -z "$strange" ] || fail "$file asks for what is no metric: $strange"
done

# ---- installing ----

install() { "$top/scripts/grafana" --prefix "$TESTS_TMP/root" "$@"; }
data=root/var/lib/grafana/dashboards/heliograph
sources=root/etc/grafana/provisioning/datasources
expect 0 install
cmp "$dashboards/SolarDashboard.json" $data/SolarDashboard.json || fail "another dashboard was installed"
has root/etc/grafana/provisioning/dashboards/heliograph.yaml "path: /var/lib/grafana/dashboards/heliograph"
expect 0 install --variant all
[ "$(ls $data | wc -l)" = 3 ] && [ "$(ls $sources | wc -l)" = 3 ] || fail "not all were installed"
echo "# mine" >>$sources/heliograph.yaml
expect 73 install
has err "left alone, it was changed: $TESTS_TMP/$sources/heliograph.yaml"
has $sources/heliograph.yaml "# mine"
expect 0 install --force
has_not $sources/heliograph.yaml "# mine"
expect 64 install --variant sql

# ---- asking real servers ----

for program in influxd victoria-metrics curl; do
    command -v $program >/dev/null || skip "$program is not installed"
done

influxd_start influx
victoria_start victoria
influx=${PORTS[influx]} victoria=${PORTS[victoria]}
local_curl() { curl --noproxy '*' --silent --show-error --fail --output /dev/null "$@"; }

python3 "$tests/make_day.py" day.sqlite day.lines || fail "no day was made"
local_curl "http://127.0.0.1:$influx/query" --data-urlencode 'q=CREATE DATABASE solar' || fail "no database"
for port in "$influx" "$victoria"; do
    local_curl "http://127.0.0.1:$port/write?db=solar&precision=ms" --data-binary @day.lines ||
        fail "the day was not taken at port $port"
done
local_curl "http://127.0.0.1:$victoria/internal/force_flush"

ask() {
    python3 "$tests/queries.py" --influx "http://127.0.0.1:$influx" --victoria "http://127.0.0.1:$victoria" "$@"
}
ask --day day.sqlite --answers answers.json || fail "panels do not show what is in the day"

# One number other than it was: both must notice, or the comparison would prove nothing.
cp day.sqlite other.sqlite
python3 -c '
import sqlite3
day = sqlite3.connect("other.sqlite")
day.execute("""UPDATE day SET value = value + 0.01 WHERE rowid =
               (SELECT rowid FROM day WHERE metric = ? AND device = ? ORDER BY at_ms LIMIT 1 OFFSET 700)""",
            ("battery_voltage", "wall"))
day.commit()'
expect 1 ask --day other.sqlite
has err "SolarDashboard.json, Battery voltage, per 12 V block, battery_voltage: wall"
has err "SolarDashboard-promql.json, Battery voltage, per 12 V block, battery_voltage: wall"

# ---- Grafana's own types and drawing ----

for program in node npm "${CHROMIUM:-/usr/bin/chromium}"; do
    command -v "$program" >/dev/null || skip "$program is not installed"
done
code=0
HOME=$user_home "$tests/npm.sh" || code=$?
[ $code != 77 ] || skip "npm's packages cannot be had"
[ $code = 0 ] || fail "npm's packages were not installed"
"$tests/types/check.sh" || fail "the dashboards are not what Grafana's types say"
node "$tests/render/draw.mjs" answers.json "$dashboards/SolarDashboard.json" "$top/build/dashboard.png" ||
    fail "the panels were not drawn"
[ "$(wc -c <"$top/build/dashboard.png")" -gt 60000 ] || fail "the picture is nearly empty"

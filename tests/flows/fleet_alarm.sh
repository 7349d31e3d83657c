# The alarm of docs/fleet.md is that of docs/fleet.md: asked of a real VictoriaMetrics, of vmalert and of
# Prometheus' own engine about a site that fell silent twenty minutes ago, it fires; of one that is
# heard it does not. And Telegraf takes lines out of a stream with today's date.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
. "$HELIO_SOURCE/tests/flows/_nats.sh"
needs victoria-metrics curl python3

sed -n '/^```yaml$/,/^```$/p' "$HELIO_SOURCE/docs/fleet.md" | sed '/^```/d' >rules.yml
alarm=$(sed -n 's/^    expr: //p' rules.yml)
[ -n "$alarm" ] || fail "docs/fleet.md has no alarm"

victoria_start db
db=$URL
python3 - >lines <<'PYTHON'
import time
now = int(time.time())
for site, ago in (("gone", 1200), ("here", 0)):
    for i in range(60):
        print("solar,site=%s,device=a,driver=tracer battery_voltage=25 %d" % (site, (now - ago - 10 * i) * 1000))
PYTHON
curl -sf "$db/write?precision=ms" --data-binary @lines || fail "the database takes no lines"
curl -sf "$db/internal/force_flush"
sites() {
    curl -sG "$db/api/v1/query" --data-urlencode "query=$1" |
        python3 -c 'import json, sys; print(" ".join(sorted(r["metric"]["site"] for r in json.load(sys.stdin)["data"]["result"])))'
}
until_true 10 eval '[ "$(sites "count by (site) (count_over_time(solar_battery_voltage[1h]))")" = "gone here" ]' ||
    fail "the database does not have the sites"
[ "$(sites "$alarm")" = gone ] || fail "the alarm is about \"$(sites "$alarm")\""

if command -v vmalert >/dev/null; then
    free_port port
    vmalert -rule=rules.yml -datasource.url="$db" -notifier.url=http://127.0.0.1:1 -evaluationInterval=1s \
        -httpListenAddr=127.0.0.1:"$port" >vmalert.log 2>&1 &
    twins+=($!)
    until_true 20 eval 'curl -s "http://127.0.0.1:$port/api/v1/alerts" | grep -q "SiteSilent.*gone"' ||
        fail "vmalert does not fire: $(tail -n 3 vmalert.log)"
    curl -s "http://127.0.0.1:$port/api/v1/alerts" >alerts
    has_not alerts '"here"'
    echo "vmalert fires"
fi

if command -v promtool >/dev/null; then
    cat >test.yml <<'YAML'
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
- interval: 1m
  input_series:
  - {series: 'solar_battery_voltage{site="gone"}', values: '25x30 _x60'}
  - {series: 'solar_battery_voltage{site="here"}', values: '25x90'}
  alert_rule_test:
  - {eval_time: 44m, alertname: SiteSilent, exp_alerts: []}
  - {eval_time: 50m, alertname: SiteSilent, exp_alerts: [{exp_labels: {site: gone}}]}
  - {eval_time: 90m, alertname: SiteSilent, exp_alerts: [{exp_labels: {site: gone}}]}
YAML
    expect 0 promtool test rules test.yml
    echo "promtool fires"
fi

# ---- out of a stream again --------------------------------------------------------------------------
sed -n '/^  ```toml$/,/^  ```$/p' "$HELIO_SOURCE/docs/fleet.md" | sed '/^  ```/d; s/^  //' >telegraf.conf
grep -q '^influx_timestamp_precision = "1ms"$' telegraf.conf || fail "Telegraf is not told what the lines count"
for program in telegraf nats-server; do
    command -v "$program" >/dev/null || exit 0
done
"$HELIO" list sinks | grep -q "^nats " || exit 0
nats_ports n1
nats_config n1 ""
nats_again n1
stream=nats://127.0.0.1:${PORTS[n1]}
printf '[store]\npath = %s/n.db\n[bus r]\nline = sim\n[device d1]\ndriver = tracer\nbus = r\n' "$TESTS_TMP" >n.ini
printf '[sink fleet]\nkind = nats\nurl = %s\nstream = SOLAR\ncreate_stream = yes\nreplicas = 1\n' "$stream" >>n.ini
expect 0 "$HELIO" once -c n.ini
sed -i "s|^servers = .*|servers = [\"$stream\"]|" telegraf.conf
printf '[agent]\ninterval = "1s"\nflush_interval = "1s"\n[[outputs.file]]\nfiles = ["%s/out.lp"]\ndata_format = "influx"\n' "$TESTS_TMP" >>telegraf.conf
telegraf --config telegraf.conf >telegraf.log 2>&1 &
twins+=($!)
until_true 20 test -s out.lp || fail "nothing came out of the stream: $(tail -n 3 telegraf.log)"
at=$(awk 'END { print substr($NF, 1, length($NF) - 9) }' out.lp)
between $(($(date +%s) - 600)) "$at" "$(date +%s)"
echo "Telegraf: right times"

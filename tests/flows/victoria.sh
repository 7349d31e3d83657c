# VictoriaMetrics: by the way of version 1, and of version 2 behind a guard that wants a token.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs victoria-metrics vmauth curl python3

victoria_start victoria -dedup.minScrapeInterval=1ms
victoria=$URL
settings() {
    house_ini "$1"
    printf '[sink victoria]\nkind = influx\n%b\n' "$2"
}
# stored NAME: how many samples of it
stored() {
    curl -s "$victoria/internal/force_flush" >/dev/null
    curl -sG "$victoria/api/v1/export" --data-urlencode "match[]=$1" |
        python3 -c 'import json, sys; print(sum(len(json.loads(l)["values"]) for l in sys.stdin))'
}
now=$(($(date +%s) * 1000 - 3600000))

settings v1 "url = $victoria\napi = victoria\ndatabase =" >v1.ini
count=$("$TOOLS/fill_store" "$TESTS_TMP/v1.db" 3 500 5 --sink victoria --batch 50 --end $now) || fail "not filled"
expect 0 "$HELIO" once -c v1.ini --wait 20
[ "$(stored '{__name__="solar_pv_power",device=~"unit.*"}')" = "$count" ] || fail "version 1: not all $count are there"
[ "$(stored '{__name__="solar_pv_power",device="south",driver="tracer",site="home"}')" = 1 ] || fail "the labels"
# once more: nothing is doubled
expect 0 "$HELIO" resend victoria -c v1.ini --from -1d
again() {
    curl -s "$victoria/internal/force_flush" >/dev/null
    curl -sG "$victoria/api/v1/query" --data-urlencode 'query=count_over_time(solar_pv_power{device="unit1"}[10d])' |
        python3 -c 'import json, sys; print(json.load(sys.stdin)["data"]["result"][0]["value"][1])'
}
until_true 10 eval '[ "$(again)" = 500 ]' || fail "sent again, there are $(again) of 500"

vmauth_start guard tok123 "$victoria"
printf 'wrong\n' >token && chmod 600 token
settings v2 "url = $URL\napi = v2\nbucket = solar\norg = home\nmeasurement = second\ntoken_file = $TESTS_TMP/token" >v2.ini
count=$("$TOOLS/fill_store" "$TESTS_TMP/v2.db" 3 500 5 --sink victoria --batch 50 --end $now) || fail "not filled"
expect 75 "$HELIO" once -c v2.ini --wait 1
printf 'tok123\n' >token
expect 0 "$HELIO" once -c v2.ini --wait 20
[ "$(stored '{__name__="second_pv_power",device=~"unit.*"}')" = "$count" ] || fail "version 2: not all $count are there"
echo "VictoriaMetrics: 2 x $count readings by two ways, none doubled by a resend"

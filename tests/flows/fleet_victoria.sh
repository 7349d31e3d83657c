# Many sites write to a VictoriaMetrics, whose 204 is not on its disk yet.
#   1. By the address a cluster has, and the server is killed: what waits for its confirmation is sent
#      again, and all is there. The same without waiting has holes: else this would prove nothing.
#   2. By vmauth, a token for each site that also says which site it is, and vmagent, which is stopped
#      in an orderly way: all is there.
# HELIO_LONG=1: a thousand sites by the second way.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs victoria-metrics vmauth vmagent curl python3 sqlite3

sites=20 rounds=24
tenant=/insert/7:0
free_port port
# A single server under the path of a cluster: it takes the same addresses.
victoria() {
    victoria-metrics -storageDataPath="$TESTS_TMP/victoria" -httpListenAddr=127.0.0.1:"$port" -http.pathPrefix=$tenant \
        -dedup.minScrapeInterval=1ms -retentionPeriod=100y -loggerLevel=WARN -selfScrapeInterval=0 >>victoria.log 2>&1 &
    PIDS[victoria]=$!
    twins+=($!)
    ready "${PIDS[victoria]}" "http://127.0.0.1:$port$tenant/health" victoria.log
}
# sink MEASUREMENT URL [LINE...]
sink() {
    printf '[sink far]\nkind = influx\napi = victoria\ndatabase =\nage = 0\nmeasurement = %s\nurl = %s\n' "$1" "$2"
    printf '%s\n' "${@:3}"
}
# fleet NAME FIRST SITES ROUNDS EVERY: in the background
fleet() {
    mkdir -p "$1"
    "$TOOLS/fleet" "$1" "$2" "$3" 6 "$4" "$5" "$1.ini" --patience 100 >"$1.$2.json" 2>"$1.$2.err" &
    twins+=($!)
    fleets+=($!)
}
# judge NAME [LABEL]: sets produced, stored, missing
judge() {
    local words
    curl -s "http://127.0.0.1:$port$tenant/internal/force_flush" >/dev/null
    words=$(curl -sG "http://127.0.0.1:$port$tenant/api/v1/export" --data-urlencode "match[]={__name__=~\"$1_.*\"}" |
        python3 "$HELIO_SOURCE/tests/flows/_judge_victoria.py" "$1" "$@") || fail "$1: $words"
    read -r _ produced _ stored _ missing _ <<<"$words"
}
victoria
direct=http://127.0.0.1:$port$tenant

# ---- 1 ----
sink held "$direct/influx" 'confirm_after = 10' "confirm_url = $direct/metrics" >held.ini
sink plain "$direct/influx" >plain.ini
fleets=()
fleet held 1 $sites $rounds 1000
fleet plain 1 $sites $rounds 1000
# The first are confirmed, the last are not. A site's place in its log moves with a confirmation.
is_confirmed() {
    local db
    for db in held/site*.db; do
        [ "$(sqlite3 -readonly "$db" "SELECT coalesce(max(seq), 0) FROM cursor" 2>/dev/null || echo 0)" -ge 1 ] || return 1
    done
}
until_true 40 is_confirmed || fail "nothing is confirmed: $(cat held.1.err)"
server_end victoria KILL
victoria
for pid in "${fleets[@]}"; do wait "$pid" || fail "a fleet ended with $?: $(cat ./*.json)"; forget "$pid"; done
judge plain
[ "$missing" -gt 0 ] || fail "the kill lost nothing, so nothing is proven"
lost="$missing of $produced"
judge held
[ "$missing" = 0 ] || fail "confirmed, and yet $missing of $produced are missing"
[ "$(grep -c 'began anew' held.1.err)" = $sites ] || fail "not every site noticed: $(sort held.1.err | uniq -c | head)"
kept=$produced
sed -n 's/.*rows \([0-9]*\) to \([0-9]*\) are sent again/\1 \2/p' held.1.err |
    awk -v all=$((6 * rounds)) '{ if ($1 == 1) early++; again += $2 - $1 + 1 } END { print again; exit early || again >= NR * all }' \
        >again || fail "nothing was confirmed before the kill"
# where the page is not, nothing counts, and it is told
sink nowhere "$direct/influx" 'confirm_after = 1' >nowhere.ini
mkdir nowhere
expect 75 "$TOOLS/fleet" nowhere 1 1 1 1 100 nowhere.ini --patience 3
has err "name its /metrics with confirm_url"
rm -rf nowhere

# ---- 2 ----
free_port agent
# One agent for all tenants: newer ones put the tenant into labels of what they hand on.
onwards=(-remoteWrite.multitenantURL="http://127.0.0.1:$port")
vmagent -help 2>&1 | grep -q multitenantURL ||
    onwards=(-enableMultitenantHandlers -remoteWrite.url="http://127.0.0.1:$port$tenant/api/v1/write")
vmagent "${onwards[@]}" -remoteWrite.tmpDataPath="$TESTS_TMP/agent" -httpListenAddr=127.0.0.1:"$agent" >agent.log 2>&1 &
PIDS[agent]=$!
twins+=($!)
ready "${PIDS[agent]}" "http://127.0.0.1:$agent/health" agent.log
processes=1 each=$sites rounds=10 every=500
[ -z "${HELIO_LONG:-}" ] || { processes=20 each=50 rounds=30 every=4000; }
mkdir tokens
{
    echo users:
    for ((i = 1; i <= processes * each; i++)); do
        token=$i.$RANDOM$RANDOM$RANDOM
        (umask 077 && echo "$token" >tokens/site$i)
        printf -- '- bearer_token: "%s"\n  url_prefix: "http://127.0.0.1:%s%s/influx?extra_label=owner=site%s"\n' "$token" "$agent" "$tenant" $i
    done
} >guard.yml
free_port guard
vmauth -auth.config="$TESTS_TMP/guard.yml" -httpListenAddr=127.0.0.1:"$guard" >guard.log 2>&1 &
PIDS[guard]=$!
twins+=($!)
ready "${PIDS[guard]}" "http://127.0.0.1:$guard/health" guard.log
sink guarded "http://127.0.0.1:$guard" "token_file = $TESTS_TMP/tokens/{site}" >guarded.ini
fleets=()
for ((p = 0; p < processes; p++)); do fleet guarded $((p * each + 1)) $each $rounds $every; done
for pid in "${fleets[@]}"; do wait "$pid" || fail "a fleet ended with $?: $(cat guarded.*.json)"; forget "$pid"; done
server_end agent TERM # it hands on what it has
judge guarded owner
[ "$missing" = 0 ] || fail "by vmauth and vmagent $missing of $produced are missing"
size=$(du -sk victoria | cut -f1)
rm -rf victoria agent held plain guarded
echo "killed: $kept numbers of $sites sites produced = stored with confirm_after, without it $lost are missing; $(cat again) readings sent again;" \
    "by vmauth and vmagent, $((processes * each)) sites, $produced numbers produced = stored; $size kB on the disk"

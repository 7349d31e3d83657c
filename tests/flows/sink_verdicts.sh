# What a database may answer, and what becomes of the readings: poison lines, conflicts, wrong
# passwords mended by a reload, limits, slow-downs, servers that hang, drip and cut.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs sqlite3 curl python3

# settings NAME API LINES...: a settings file for the store of 1000 rounds of one device
settings() {
    local name=$1 api=$2
    shift 2
    {
        house_ini "$name" 'every = 1'
        printf '[sink influx]\nkind = influx\nurl = %s\napi = %s\nbatch = 1000\nbytes = 1048576\n' "$URL" "$api"
        [ "$api" != v2 ] || echo 'bucket = solar'
        printf '%s\n' "$@"
    } >"$name.ini"
}
# backlog NAME: 1000 readings that the sink has not had
backlog() {
    rm -f "$1.db"*
    "$TOOLS/fill_store" "$TESTS_TMP/$1.db" 1 "${2:-1000}" 10 --sink influx --batch 100 >/dev/null ||
        fail "the store cannot be filled"
}
# drain NAME CODE SECONDS: delivers what waits, and one round more
drain() { expect "$2" "$HELIO" once -c "$1.ini" --wait "${3:-40}"; }
aside() { sqlite3 -readonly "$1.db" "SELECT count(*) FROM aside"; }

# ---- one bad line in a thousand, as five kinds of server take it ------------------------------
for kind in v1_partial v2_all_or_nothing_400 v2_all_or_nothing_422 v3_per_line victoria_silent; do
    api=${kind%%_*}
    stand_in_start "$kind" --api "$api"
    settings "$kind" "$api"
    backlog "$kind"
    at=$(sqlite3 -readonly "$kind.db" "SELECT at FROM reading LIMIT 1 OFFSET 617")
    stand_in_set "$kind" "mode=$kind" "poison= $at\$"
    wanted=1 code=65
    [ "$api" != victoria ] || wanted=0 code=0 # it says nothing: nobody can know
    drain "$kind" $code
    stored=$(stand_in_get "$kind" points) requests=$(stand_in_get "$kind" requests)
    [ "$stored" = 1000 ] || fail "$kind: $stored points stored, not 999 and the new round"
    [ "$(aside "$kind")" = $wanted ] || fail "$kind: $(aside "$kind") set aside"
    [ "$requests" -le 23 ] || fail "$kind: $requests requests"
    echo "one bad line in 1000, $kind: 999 stored, $(aside "$kind") set aside, $requests requests"
done

# ---- a field that is of another type there -----------------------------------------------------
stand_in_start conflict --api v1
settings conflict v1
backlog conflict
curl -s "$URL/write?db=solar&precision=ms" --data-binary 'solar,device=before charge_stage=1.5 1000'
drain conflict 0
curl -s "$URL/dump" >dump
[ "$(grep -c pv_power= dump)" = 1001 ] || fail "other fields and lines were lost"
[ "$(grep -c charge_stage dump)" = 1 ] || fail "charge_stage of another type was written"
[ "$(aside conflict)" = 0 ] || fail "whole readings were set aside for one field"
has err "charge_stage is left out"
echo "type conflict: $(grep -c pv_power= dump) of 1001 stored, without charge_stage," \
    "in $(stand_in_get conflict requests) requests"

# ---- larger than it takes ----------------------------------------------------------------------
stand_in_start large --api v1
settings large v1 'gzip = no'
backlog large
stand_in_set large limit=20000
drain large 0
[ "$(stand_in_get large points)" = 1001 ] || fail "413: lost"
echo "413 over 20000 bytes: 1001 of 1001 stored in $(stand_in_get large requests) requests"
backlog large 10
stand_in_set large limit=100
drain large 65
has err "11 readings are refused for good"
[ "$(aside large)" = 11 ] || fail "413: single lines that are too large are not set aside"

# ---- not now -----------------------------------------------------------------------------------
# later MODE: at the stand-in of this lane
later() {
    local mode=$1 requests points
    backlog later 20
    stand_in_set "$lane" clear=1 mode="$mode" retry_after=60
    drain later 75 2
    requests=$(stand_in_get "$lane" requests)
    [ "$requests" -ge 1 ] && [ "$requests" -le 6 ] || fail "$mode: $requests requests in 2 s"
    case $mode in
    too_many | unavailable) [ "$requests" = 1 ] || fail "$mode: Retry-After: 60, and $requests requests" ;;
    reset) [ "$(stand_in_get "$lane" points)" -ge 1 ] || fail "reset: nothing stored" ;;
    esac
    [ "$(aside later)" = 0 ] || fail "$mode: set aside"
    has err "kept"
    [ "$mode" != login_page ] || has err "url"
    stand_in_set "$lane" mode=ok
    drain later 0
    points=$(stand_in_get "$lane" points)
    [ "$points" = 22 ] || fail "$mode: $points of 22 stored"
    echo "$mode: $requests requests in 2 s, then 22 of 22 stored once"
}
# lane NAME MODE...: one after the other, in a folder of their own beside the other lanes
lane() {
    local lane=$1 mode
    cd "$lane" || fail "no folder $lane"
    TESTS_TMP=$TESTS_TMP/$lane HELIO_RUN_DIR=$TESTS_TMP/$lane
    settings later v1 'timeout = 1'
    for mode in "${@:2}"; do later "$mode"; done
}
lanes=()
for words in "one unauthorized forbidden not_found" "two timeout_408 too_many unavailable" \
    "three broken bad_gateway gateway_timeout" "four moved login_page hang reset"; do
    stand_in_start "${words%% *}" --api v1
    mkdir "${words%% *}"
    # shellcheck disable=SC2086 # words
    (trap - EXIT && lane $words) &
    lanes+=($!)
done
for pid in "${lanes[@]}"; do wait "$pid" || fail "a lane ended with $?"; done

# ---- a retention policy that is not there: 500, but for somebody to mend ------------------------
stand_in_start policy --api v1
settings policy v1 'retention_policy = x'
backlog policy 20
stand_in_set policy policies=autogen
drain policy 75 2
has err "mend retention_policy"
stand_in_set policy policies=
drain policy 0

# ---- drips: bounded by the time-out ------------------------------------------------------------
stand_in_start drip --api v1
settings drip v1 'timeout = 1'
backlog drip 20
stand_in_set drip mode=drip
drain drip 75 3
echo "drip: ended in time, kept"

# ---- a wrong password, mended by a reload ------------------------------------------------------
stand_in_start secret --api v1
printf 'wrong\n' >password && chmod 600 password
settings secret v1 'user = helio' "password_file = $TESTS_TMP/password"
backlog secret 100
stand_in_set secret user=helio password=right
daemon secret.ini
until_true 10 eval '[ "$(status_get sinks.0.alarm)" = True ]' || fail "a wrong password is no alarm"
[ "$(status_get sinks.0.delivered)" = 0 ] || fail "delivered with a wrong password?"
before=$(stand_in_get secret requests)
[ "$before" -le 4 ] || fail "$before requests with a wrong password"
printf 'right\n' >password
kill -HUP "$DAEMON"
until_true 10 eval '[ "$(stand_in_get secret points)" -ge 100 ]' || fail "not delivered after the reload"
daemon_end
[ "$DAEMON_CODE" = 0 ] || fail "the daemon ended with $DAEMON_CODE"
has_not daemon.err right
echo "wrong password: $before requests, nothing dropped; after the reload all $(stand_in_get secret points) stored"

# ---- secrets are for their owner ---------------------------------------------------------------
chmod 644 password
expect 77 "$HELIO" once -c secret.ini --wait 0.1
has err "chmod 600"

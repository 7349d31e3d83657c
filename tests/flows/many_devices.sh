# More devices and wires than any list once held (512 and 64): each is asked and kept, and all of them
# are on the page, in /metrics and in an export by steps.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/_servers.sh"
"$HELIO" list settings | grep -q mate_token_file || {
    echo "skipped: built without its web floor"
    exit 77
}
DEVICES=528 BUSES=66
free_port port
{
    printf '[store]\npath = %s/many.db\n[web]\nenabled = yes\nport = %s\n' "$TESTS_TMP" "$port"
    for ((b = 0; b < BUSES; b++)); do
        printf '[bus b%s]\nline = sim\npaced = no\nevery = 2\n' $b
        for ((d = 1; d <= DEVICES / BUSES; d++)); do
            printf '[device b%s-%s]\ndriver = tracer\nbus = b%s\naddress = %s\n' $b $d $b $d
        done
    done
} >many.conf
"$HELIO" run -c many.conf >run.out 2>run.err &
daemon=$!
twins+=($daemon)
number() { curl -sf "http://127.0.0.1:$port/metrics" | sed -n "s/^$1 //p"; }
up() { curl -sf "http://127.0.0.1:$port/metrics" | grep -c '^helio_device_up{.* 1$'; }
all_heard() { [ "$(up)" = "$DEVICES" ]; }
until_true 20 all_heard || { cat run.err; fail "$(up) of $DEVICES devices were heard"; }
rounds_made() { [ "$(number helio_rounds_total)" -ge $((2 * BUSES)) ]; }
until_true 20 rounds_made || fail "$(number helio_rounds_total) rounds of $BUSES buses"
between 0 "$(number 'helio_round_late_seconds{share="0.99"}')" 0.25
[ "$(curl -sf "http://127.0.0.1:$port/metrics" | grep -c '^helio_frames_total{.*result="ok"')" = $BUSES ] ||
    fail "not every bus is in /metrics"
live=$(timeout 5 curl -sN "http://127.0.0.1:$port/api/v1/live" | grep -c '^event: board')
[ "$live" -ge $DEVICES ] || fail "a listener was told of $live of $DEVICES devices"
threads=$(ls /proc/$daemon/task | wc -l)
tasks=$(sed -n 's/^TasksMax=//p' "$(dirname "$0")/../../packaging/helio.service")
[ "$threads" -lt "$tasks" ] || fail "$threads threads, and the service may have $tasks"
kill -TERM $daemon
wait $daemon || fail "run ended with $?"
has_not run.err "is dropped"
expect 0 "$HELIO" export -c many.conf --every 86400 --columns battery_voltage
[ "$(cut -d, -f2 out | sort -u | grep -c '^b')" = $DEVICES ] || fail "not everybody is in the export"
echo "$(wc -l <out) lines by steps, $threads threads"

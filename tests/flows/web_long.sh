# Questions that take long, asked by many, by those who read slowly and by those who leave: the page is
# answered meanwhile, memory stays small, nothing is written for nobody, and the end is not put off.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
. "$HELIO_SOURCE/tests/flows/_web.sh"
needs curl python3

web_house "answers_mb = 4"
# five days of June, a reading every twenty seconds
rm -f helio.db*
"$TOOLS/fill_store" helio.db 1 20000 20 --end "$(date -d 2026-06-10T00:00:00Z +%s000)" --batch 480 >/dev/null ||
    fail "the store could not be filled"
# a sanitizer keeps what was freed: here it may not, since memory is what is measured
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=1:thread_local_quarantine_size_kb=64
daemon web.ini
python3 "$HELIO_SOURCE/tests/flows/_web_long.py" "$URL" "$DAEMON" || fail "long questions are in the way of others"

# the end does not wait for them
for i in $(seq 12); do
    curl -s -o /dev/null "$URL/api/v1/history?$(cat worst.txt)" &
    twins+=($!)
done
sleep 0.3
begun=$(date +%s%N)
daemon_end
took=$((($(date +%s%N) - begun) / 1000000))
[ "$DAEMON_CODE" = 0 ] || { cat daemon.err >&2; fail "it ended with $DAEMON_CODE"; }
[ "$took" -lt 3000 ] || fail "the end took $took ms"
echo "ended within $took ms while twelve asked"

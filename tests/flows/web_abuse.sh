# Whoever comes to the web to do harm: a thousand idle connections, headers that drip, huge bodies,
# spans of a year again and again, pages of strangers; then a thousand from everywhere at once. Rounds
# stay on time, memory stays small, and who asks properly is answered.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
. "$HELIO_SOURCE/tests/flows/_web.sh"
needs curl python3

web_house
sed -i 's/^every = 1$/every = 0.25/; s/^line = sim$/&\nturnaround = 1/; s/^speed = .*/speed = 1000000/' web.ini
ulimit -n 4096
# a sanitizer keeps what was freed: here it may not, since memory is what is measured
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=1:thread_local_quarantine_size_kb=64
daemon web.ini
until_true 15 eval '! "$HELIO" status --json | grep -q "\"unheard\""' || fail "somebody is not heard"
until_true 10 eval '[ "$(status_get rounds.count)" -ge 16 ]' || fail "no rounds" # its memory is what it will be
rss() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$DAEMON/status"; }
fds() { find "/proc/$DAEMON/fd" | wc -l; }
before_rss=$(rss) before_fds=$(fds) before=$(status_get rounds.count) begun=$(date +%s%N)

python3 "$HELIO_SOURCE/tests/flows/_web_abuse.py" "$URL" || fail "somebody who asked properly was not answered"
echo "lateness p99 $(status_get rounds.late_p99_ms) ms so far"
python3 "$HELIO_SOURCE/tests/flows/_web_crowd.py" "$URL" || fail "a crowd that says nothing is too much"
took=$((($(date +%s%N) - begun) / 1000000))
made=$(($(status_get rounds.count) - before))
late=$(status_get rounds.late_p99_ms)
until_true 5 eval '[ "$(fds)" -le $((before_fds + 8)) ]' || fail "$(fds) files are open, $before_fds were"
after_rss=$(rss)
# two buses, four rounds a second; a busy machine may cost half of them
[ "$made" -ge $((took * 8 / 2000)) ] || fail "$made rounds in $took ms"
between 0 "$late" 250 # so long a round is: none comes when the next one should
between 0 $((after_rss - before_rss)) 65536
echo "$made rounds in $took ms, lateness p99 $late ms; memory $before_rss kB before, $after_rss kB after"
daemon_end
[ "$DAEMON_CODE" = 0 ] || { cat daemon.err >&2; fail "it ended with $DAEMON_CODE"; }

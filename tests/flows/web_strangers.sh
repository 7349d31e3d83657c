# Those who mean harm and those who are many: heads that never end, guessed tokens, listeners that take
# every place, Hosts that are two. Whoever else comes is served all the while.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
. "$HELIO_SOURCE/tests/flows/_web.sh"
needs curl python3

(umask 077 && echo "settings-token" >settings.token)
web_house "allow_tell = yes" "token_file = $TESTS_TMP/settings.token" "trusted_proxy = 127.0.0.50"
sed -i 's/^address = 1$/&\nallow_tell = yes/' web.ini
daemon web.ini
python3 "$HELIO_SOURCE/tests/flows/_web_strangers.py" "$URL" || fail "strangers are in the way of others"
has daemon.err "10 wrong tokens within a minute from 127.0.0.1 (mate_token_file)"
has_not daemon.err "settings-token"
daemon_end
[ "$DAEMON_CODE" = 0 ] || { cat daemon.err >&2; fail "it ended with $DAEMON_CODE"; }

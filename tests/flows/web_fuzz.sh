# The API against its own description: every path and parameter of openapi.json with values that are
# good, missing, empty, huge, negative, foreign or repeated. Never a 5xx, never a hang, and every
# answer is what the description says. WEB_FUZZ_SEED and WEB_FUZZ_COUNT choose others.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
. "$HELIO_SOURCE/tests/flows/_web.sh"
needs curl python3

web_house "allow_tell = yes" "token_file = $TESTS_TMP/token"
sed -i 's/^address = 1$/&\nallow_tell = yes\nwrites_per_day = 30/' web.ini
daemon web.ini
python3 "$HELIO_SOURCE/tests/flows/_web_fuzz.py" "$URL" "${WEB_FUZZ_SEED:-1}" "${WEB_FUZZ_COUNT:-2000}" \
    made-up-token ||
    fail "the API is not what it says it is"
daemon_end
[ "$DAEMON_CODE" = 0 ] || { cat daemon.err >&2; fail "it ended with $DAEMON_CODE"; }

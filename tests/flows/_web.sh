# A house with a web, for the flows of the API; sourced after _servers.sh.

. "$HELIO_SOURCE/tests/flows/_web_house.sh"

"$HELIO" list settings | grep -q mate_token_file || {
    echo "skipped: built without its web floor"
    exit 77
}

# web_house [LINES OF [web]]: web.ini and a store with days around both changes of the clock; sets URL
web_house() {
    local port end
    free_port port
    URL=http://127.0.0.1:$port
    (umask 077 && echo "made-up-token" >token)
    for end in 2026-03-31T12:00:00Z 2026-10-28T12:00:00Z; do
        TZ=Europe/Sofia "$TOOLS/fill_store" helio.db 2 1440 300 --end "$(date -d $end +%s000)" --batch 480 >/dev/null ||
            fail "the store could not be filled"
    done
    cat >web.ini <<INI
[site]
name = cabin
timezone = Europe/Sofia
[store]
path = $TESTS_TMP/helio.db
$(web_devices 1 'at = 12:00' 'day = clear')
[sink nowhere]
kind = influx
url = http://127.0.0.1:9
database = none
[web]
enabled = yes
port = $port
mate_token_file = $TESTS_TMP/token
$(printf '%s\n' "$@")
INI
}

# Ends what stands in for devices, and lets the daemon go on.
end_twins_but_daemon() {
    local kept=() twin
    for twin in "${twins[@]}"; do
        if [ "$twin" = "$DAEMON" ]; then
            kept+=("$twin")
        else
            kill "$twin" 2>/dev/null
            wait "$twin" 2>/dev/null
        fi
    done
    twins=("${kept[@]}")
}

# json_get PATH: one value of the JSON at stdin, as 0.values.pv_power
json_get() {
    python3 -c '
import json, sys
at = json.load(sys.stdin)
for key in sys.argv[1].split("."):
    at = at[int(key)] if isinstance(at, list) else at[key]
print(at)' "$1"
}

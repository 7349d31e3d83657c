#!/usr/bin/env bash
# The add-on's start: its options become settings of helio, secrets become files of their own.
#
#   /data/options.json ──▶ /data/helio.conf, /data/secrets/* ──▶ helio check --look ──▶ helio run
#
# A settings file of one's own, /config/helio.conf, is taken as it is instead.
set -euo pipefail
umask 077

DATA=${HELIO_ADDON_DATA:-/data} OWN=${HELIO_ADDON_CONFIG:-/config}/helio.conf
SUPERVISOR=${HELIO_ADDON_SUPERVISOR:-http://supervisor}
HELIO=${HELIO:-helio}
OPTIONS=$DATA/options.json CONF=$DATA/helio.conf SECRETS=$DATA/secrets
export HELIO_RUN_DIR=${HELIO_RUN_DIR:-$DATA/run}
mkdir -p "$SECRETS" "$HELIO_RUN_DIR"

say() { echo "heliograph: $*" >&2; }
die() {
    say "$*"
    exit 78
}

# option NAME: its value, empty when it is not there
option() { jq -r --arg name "$1" '.[$name] // "" | tostring' "$OPTIONS"; }
is_on() { [ "$(option "$1")" = true ]; }

# setting KEY VALUE: a line, unless the value is empty
setting() { [ -z "$2" ] || printf '%s = %s\n' "$1" "$2"; }

# secret FILE WORDS: the file's path; nothing when there are no words
secret() {
    [ -n "$2" ] || {
        rm -f "$SECRETS/$1"
        return 0
    }
    printf '%s\n' "$2" >"$SECRETS/$1"
    echo "$SECRETS/$1"
}

# ---- the broker: as the options say, or the one that Home Assistant has ---------------------------

ask_supervisor() {
    [ -n "${SUPERVISOR_TOKEN:-}" ] || return 1
    # The token goes in by standard input: arguments can be read by others.
    curl -sf --max-time 10 --config - "$SUPERVISOR/services/mqtt" <<CURL
header = "Authorization: Bearer $SUPERVISOR_TOKEN"
CURL
}

find_broker() {
    local answer
    SERVER=$(option mqtt_server) PORT=$(option mqtt_port) USER_NAME=$(option mqtt_user)
    PASSWORD=$(option mqtt_password) TLS=$(option mqtt_tls)
    [ -z "$USER_NAME" ] || return 0
    case $SERVER in core-mosquitto | '') ;; *) return 0 ;; esac
    answer=$(ask_supervisor) || return 0
    [ "$(jq -r '.result // ""' <<<"$answer")" = ok ] || return 0
    SERVER=$(jq -r '.data.host // ""' <<<"$answer") PORT=$(jq -r '.data.port // ""' <<<"$answer")
    USER_NAME=$(jq -r '.data.username // ""' <<<"$answer") PASSWORD=$(jq -r '.data.password // ""' <<<"$answer")
    [ "$(jq -r '.data.ssl // false' <<<"$answer")" != true ] || TLS=true
    say "the broker is Home Assistant's own, at $SERVER"
}

# broker NAME LAYOUT CLIENT: a sink
broker() {
    printf '\n[sink %s]\nkind = mqtt\n' "$1"
    setting server "$SERVER"
    setting port "$PORT"
    setting client "$3"
    setting user "$USER_NAME"
    setting password_file "$(secret mqtt-password "$PASSWORD")"
    [ "$TLS" != true ] || setting tls yes
    setting layout "$2"
    if [ "$2" = axpert-addon ]; then
        setting topic "$(option mqtt_topic)"
        setting topic_parallel "$(option mqtt_topic_parallel)"
    elif [ "$DISCOVERY" != no ]; then
        setting discovery "$DISCOVERY"
    fi
}

brokers() {
    local layout client
    layout=$(option layout) client=$(option mqtt_client_id) DISCOVERY=$(option discovery)
    DISCOVERY=${DISCOVERY:-device}
    find_broker
    # The old topics say nothing of what they are: Home Assistant finds devices by ours, beside them.
    [ "$DISCOVERY" = no ] || [ "${layout:-axpert-addon}" != axpert-addon ] || layout=both
    case ${layout:-axpert-addon} in
    axpert-addon) broker mqtt axpert-addon "$client" ;;
    helio) broker mqtt helio "$client" ;;
    # one id for two clients would make them throw each other out
    both)
        broker mqtt axpert-addon "$client"
        broker home helio "${client:+$client-home}"
        ;;
    *) die "layout = $layout is none of axpert-addon, helio, both" ;;
    esac
}

# ---- the devices ---------------------------------------------------------------------------------

# device_option NUMBER NAME
device_option() { jq -r ".devices[$1].$2 // \"\" | tostring" "$OPTIONS"; }

devices() {
    local count at line every lines=()
    every=$(option every)
    count=$(jq '.devices // [] | length' "$OPTIONS")
    if [ "$count" = 0 ]; then # as the old add-on: the inverter on USB
        printf '\n[bus inverter]\nline = hid:0665:5161\n'
        setting every "${every:-4}"
        printf '\n[device axpert]\ndriver = axpert\nbus = inverter\n'
        return
    fi
    for ((at = 0; at < count; at++)); do
        line=$(device_option "$at" line)
        # devices with the same line share its wire
        if [[ " ${lines[*]:-} " != *" $line "* ]]; then
            printf '\n[bus wire%d]\n' "${#lines[@]}"
            setting line "$line"
            setting every "$every"
            device_option "$at" line_settings | tr ',' '\n' | sed 's/^ *//; s/ *= */ = /'
            lines+=("$line")
        fi
        printf '\n[device %s]\n' "$(device_option "$at" name)"
        setting driver "$(device_option "$at" driver)"
        for ((wire = 0; wire < ${#lines[@]}; wire++)); do
            [ "${lines[wire]}" != "$line" ] || setting bus "wire$wire"
        done
        setting address "$(device_option "$at" address)"
        setting serial "$(device_option "$at" serial)"
    done
}

# ---- the rest ------------------------------------------------------------------------------------

database() {
    local api
    [ -n "$(option influx_url)" ] || return 0
    api=$(option influx_api)
    printf '\n[sink influx]\nkind = influx\n'
    setting url "$(option influx_url)"
    setting api "$api"
    if [ "$api" = v2 ]; then
        setting bucket "$(option influx_database)"
    else
        setting database "$(option influx_database)"
    fi
    setting org "$(option influx_org)"
    setting user "$(option influx_user)"
    setting password_file "$(secret influx-password "$(option influx_password)")"
    setting token_file "$(secret influx-token "$(option influx_token)")"
}

settings() {
    printf '# Made anew from the options at each start: what you write here is lost. A file of your own\n'
    printf '# is /config/helio.conf.\n[store]\npath = %s/helio.db\n' "$DATA"
    devices
    brokers
    database
    if is_on web; then
        printf '\n[web]\nenabled = yes\nlisten = 0.0.0.0\nport = %s\n' "${HELIO_ADDON_PORT:-8080}"
    fi
}

if [ -r "$OWN" ]; then
    CONF=$OWN
    say "the settings are $OWN; the options are not used"
else
    jq -e 'type == "object"' "$OPTIONS" >/dev/null 2>&1 || die "$OPTIONS cannot be read"
    # A value with a line break would be two lines of settings.
    jq -e '[.. | strings | test("[[:cntrl:]]")] | any | not' "$OPTIONS" >/dev/null ||
        die "an option has a control character in it"
    settings >"$CONF.new"
    mv "$CONF.new" "$CONF"
fi
# What is wrong goes into the log with its remedy; only settings that cannot be used end it here.
"$HELIO" check --offline -c "$CONF" >/dev/null || exit 78
"$HELIO" check --look -c "$CONF" >&2 || true
say "begins"
words=(run -c "$CONF")
[ -r "$OPTIONS" ] && is_on verbose && words+=(--verbose)
exec "$HELIO" "${words[@]}"

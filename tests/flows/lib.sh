# Shared by the flows: a private home, twins in the background, expectations that say what failed.
# Sourced, not run. The caller has HELIO (the program), TESTS_TMP (an empty folder).
set -uo pipefail
: "${HELIO:?}" "${TESTS_TMP:?}"
cd "$TESTS_TMP" || exit 1
unset HELIO_CLOCK_RATE HELIO_CONFIG STATE_DIRECTORY RUNTIME_DIRECTORY CREDENTIALS_DIRECTORY NOTIFY_SOCKET
export HELIO_RUN_DIR=$TESTS_TMP XDG_CONFIG_HOME=$TESTS_TMP/config XDG_STATE_HOME=$TESTS_TMP/state HOME=$TESTS_TMP TZ=UTC
# What is left to chance comes from here: the same seed does the same again.
: "${SEED:=1}"
RANDOM=$SEED

twins=() endings=()
end_twins() {
    local guard
    [ ${#twins[@]} -gt 0 ] || return 0
    kill "${twins[@]}" 2>/dev/null
    { sleep 20 && kill -KILL "${twins[@]}"; } >/dev/null 2>&1 & # some will not end of themselves
    guard=$!
    wait "${twins[@]}" 2>/dev/null
    kill "$guard"
    wait "$guard" 2>/dev/null
    twins=()
}
# at_end COMMAND: when the flow ends, however it does; the last one said comes first
at_end() { endings=("$*" "${endings[@]}"); }
end_all() {
    local command
    end_twins
    for command in "${endings[@]}"; do eval "$command"; done
}
trap end_all EXIT
trap 'exit 1' USR1

# fail WORDS...: ends the flow, also from within $( ) or another subshell
fail() {
    echo "FAILED: $* (SEED=$SEED)" >&2
    [ "$BASHPID" = $$ ] || kill -USR1 $$
    exit 1
}

# until_true SECONDS COMMAND...: asks again and again, and says what it waited for in vain. So many
# seconds are for a quiet machine; a busy one gets three times as many.
until_true() {
    local limit=$1 pause=40 words end=$((SECONDS + 3 * $1)) s
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || {
            words=$*
            echo "waited $((3 * limit)) s for: ${words#eval }" >&2
            return 1
        }
        printf -v s '0.%03d' $pause
        sleep "$s"
        pause=$((pause < 320 ? pause * 3 / 2 : 400))
    done
}

# stays SECONDS COMMAND...: true now, and all the time
stays() {
    local end=$((SECONDS + $1 + 1))
    shift
    while "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 0
        sleep 0.3
    done
    return 1
}

has_begun() { LINE=$(head -1 "$1.out" 2>/dev/null) && [ -n "$LINE" ]; }
# begin NAME COMMAND...: in the background, and waits for the line it prints first; LINE holds it
begin() {
    local name=$1
    shift
    "$@" >"$name.out" 2>"$name.err" &
    twins+=($!)
    until_true 10 has_begun "$name" || {
        cat "$name.err" >&2
        fail "$name did not start"
    }
}
# twin NAME OPTIONS...: twins of a FAMILY
twin() { begin "$1" "$HELIO" sim "${FAMILY:-tracer}" "${@:2}"; }

# house_ini [NAME [LINE OF THE BUS]...]: settings for a store NAME.db and one simulated device, south,
# on the bus roof; what is added goes on in its section
house_ini() {
    printf '[store]\npath = %s/%s.db\n[bus roof]\nline = sim\n' "$TESTS_TMP" "${1:-helio}"
    [ $# -lt 2 ] || printf '%s\n' "${@:2}"
    printf '[device south]\ndriver = tracer\nbus = roof\n'
}

# fast_clock TIMES: all of helio that begins from now on lives so many times as fast, from this moment on
fast_clock() { export HELIO_CLOCK_RATE=$1@$(date +%s%3N); }

# expect CODE COMMAND...: the exit code; what it said is in out and err
expect() {
    local wanted=$1 code=0
    shift
    "$@" >out 2>err || code=$?
    [ "$code" = "$wanted" ] || {
        cat out err >&2
        fail "$* ended with $code, not $wanted"
    }
}

# has FILE WORDS: the words stand in it
has() { grep -qF -- "$2" "$1" || { cat "$1" >&2; fail "\"$2\" is not in $1"; }; }
has_not() { ! grep -qF -- "$2" "$1" || { cat "$1" >&2; fail "\"$2\" is in $1"; }; }
is_number() { [[ $1 =~ ^-?[0-9]+(\.[0-9]+)?$ ]] || fail "\"$1\" is no number"; }
# between LEAST VALUE MOST
between() {
    is_number "$2"
    awk "BEGIN { exit !($1 <= $2 && $2 <= $3) }" || fail "$2 is not between $1 and $3"
}

# public_folder: PUBLIC, which another user can reach wherever this checkout lies, with a copy of the
# program in it; HELIO is that copy from now on
public_folder() {
    PUBLIC=$(mktemp -d /tmp/helio-public-XXXXXX) || fail "no folder for everybody"
    at_end "rm -rf '$PUBLIC'"
    cp "$HELIO" "$PUBLIC/helio" && chmod 755 "$PUBLIC" "$PUBLIC/helio"
    export HELIO=$PUBLIC/helio
}

# Shared by the flows: a private home, twins in the background, expectations that say what failed.
# Sourced, not run. The caller has HELIO (the program), TESTS_TMP (an empty folder).
set -uo pipefail
: "${HELIO:?}" "${TESTS_TMP:?}"
cd "$TESTS_TMP" || exit 1
unset HELIO_CLOCK_RATE HELIO_CONFIG STATE_DIRECTORY RUNTIME_DIRECTORY CREDENTIALS_DIRECTORY NOTIFY_SOCKET
export HELIO_RUN_DIR=$TESTS_TMP XDG_CONFIG_HOME=$TESTS_TMP/config XDG_STATE_HOME=$TESTS_TMP/state HOME=$TESTS_TMP TZ=UTC

twins=()
end_twins() {
    local twin
    for twin in "${twins[@]}"; do
        kill "$twin" 2>/dev/null
        wait "$twin" 2>/dev/null
    done
    twins=()
}
trap end_twins EXIT

# Inside of $( ), a pipe or a background too it is the whole test that ends.
trap 'exit 1' USR1
fail() {
    echo "FAILED: $*" >&2
    [ "$BASHPID" = "$$" ] || kill -USR1 "$$"
    exit 1
}

# twin NAME OPTIONS...: starts twins of a FAMILY and waits for the line they print; LINE holds it
twin() {
    local name=$1
    shift
    "$HELIO" sim "${FAMILY:-tracer}" "$@" >"$name.out" 2>"$name.err" &
    twins+=($!)
    for _ in $(seq 200); do
        LINE=$(head -1 "$name.out" 2>/dev/null)
        [ -z "$LINE" ] || return 0
        sleep 0.05
    done
    cat "$name.err" >&2
    fail "the twin $name did not start"
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

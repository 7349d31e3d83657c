# Plugs of two units of the mock, pulled and put back while the daemon runs, for the flows: sourced
# after _hid.sh. Each plug gets a new node.
: >away.tsv
: >resumed
: >words
units_of=(none one two)
socket=(none 1-1 1-2)
next_node=2
declare -A pulled

pull() {
    pulled[$1]=$(now_ms)
    order "pull $1"
}
# plug UNIT: into its socket; a reading of a tick before now is one of its absence
plug() {
    local at
    order "plug $1 ${socket[$1]} $((next_node++))"
    at=$(now_ms)
    printf '%s\t%s\t%s\n' "${units_of[$1]}" "${pulled[$1]}" $((at - 1000)) >>away.tsv
}
swap() {
    local first=${socket[1]}
    socket[1]=${socket[2]} socket[2]=$first
}
# comes_back WHAT UNIT...: waits for a reading of each, and notes how long it took
comes_back() {
    local what=$1 plugged took number
    shift
    plugged=$(now_ms)
    for number in "$@"; do
        until_true 20 stored_since "${units_of[$number]}" "$plugged" || {
            tail -n 20 daemon.err
            fail "${units_of[$number]} did not come back ($what)"
        }
    done
    took=$(($(now_ms) - plugged))
    echo "$took" >>resumed
    echo "$what $took ms, $(wc -l <daemon.err) lines" >>words
}
rest() { sleep "$1.$((RANDOM % 10))"; }
# slow_start UNIT: its bridge is there before it answers
slow_start() {
    order "mute $1"
    plug "$1"
    until_true 20 hears_more "${socket[$1]}" 3 "$(reports_to "${socket[$1]}")" || fail "a silent unit is not asked"
    order "heal $1"
}
both_stored() { stored_since one "$1" && stored_since two "$1"; }

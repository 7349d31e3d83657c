# shellcheck shell=dash
# For jobs in the guest: . ./guest.sh

# until_true WHAT COMMAND...: half a minute; then says what did not come and ends the job
until_true() {
    what=$1 tries=0
    shift
    until "$@"; do
        tries=$((tries + 1))
        [ $tries -lt 600 ] || {
            echo "the guest waited for: $what"
            tail -n 20 ./*.log
            dmesg | tail -n 10
            exit 9
        }
        usleep 50000
    done
}

# plug NAME PORT VENDOR:PRODUCT [SOCKET]: a unit that answers by NAME.tsv, or whose answers come from
# a twin's socket, and tells NAME.log; its process is $unit
plug() {
    : >"$1.log"
    usb_hid "$2" "$3" "${4:-$1.tsv}" >>"$1.log" 2>&1 &
    # shellcheck disable=SC2034 # for the job
    unit=$!
    until_true "$1 plugged in" grep -q 'plugged in' "$1.log"
}

# wake NAME PORT SERIAL OPTION...: a GoodWe twin and its plug; their processes are $twin and $unit
wake() {
    name=$1 port=$2 serial=$3
    shift 3
    helio sim goodwe --reports "/tmp/$name" --serial "$serial" --time-scale 0 "$@" >"$name.sim" 2>&1 &
    # shellcheck disable=SC2034 # for the job
    twin=$!
    until_true "$name awake" grep -q hid: "$name.sim"
    plug "$name" "$port" 0084:0041 "/tmp/$name"
}

nodes() { find /dev -maxdepth 1 -name 'hidraw*' | wc -l; }
has_nodes() { [ "$(nodes)" -eq "$1" ]; }
await_nodes() { until_true "$1 units" has_nodes "$1"; }
has_ended() { ! kill -0 "$1" 2>/dev/null; }
await_end() { until_true "the end of $1" has_ended "$1"; }

# Modbus TCP, and serial bytes through a socket.
source "$(dirname "$0")/lib.sh"
twin tcp --ids 1-2 --tcp 0
tcp=$LINE
twin rtu --tcp 0 --tcp-framing rtu
for line in "$tcp" "$LINE"; do
    address=1
    case $line in *,*) dev=tracer@$line:$address ;; *) dev=tracer@$line:$address ;; esac
    expect 0 "$HELIO" read "$dev" bavolt
    between 20 "$(cat out)" 32
    expect 0 "$HELIO" once --json "$dev"
    has out '"pv_energy"'
done
expect 0 "$HELIO" read "tracer@$tcp:2" bavolt
expect 69 "$HELIO" read tracer@tcp:127.0.0.1:1:1 bavolt
has err "is the gateway on"

# Late and lost answers over TCP are not taken for others.
twin moody --tcp 0 --moods late=0.1,silent=0.1 --time-scale 0 --turnaround 1
expect 0 "$HELIO" read "tracer@$LINE:1" sysvolt baperc
[ "$(head -1 out)" = 24 ] || fail "system voltage is $(head -1 out)"

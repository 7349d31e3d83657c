# The disk is full for a while, or will not be written to: polling goes on, sinks get their
# readings, nothing is lost, and it heals by itself. Needs a small file system of its own.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs sqlite3 curl python3

disk=$TESTS_TMP/disk
mkdir -p "$disk"
if ! mount -t tmpfs -o size=1m tmpfs "$disk" 2>/dev/null; then
    # Not root: a name space of our own, where we may mount.
    if [ -z "${INSIDE:-}" ] && unshare -rm true 2>/dev/null; then
        INSIDE=yes exec unshare -rm bash "$0"
    fi
    echo "skipped: no small file system can be mounted here"
    exit 77
fi
at_end "umount '$disk'"

stand_in_start sink --api v1
cat >a.ini <<INI
[store]
path = $disk/helio.db
[bus roof]
line = sim
every = 0.2
[device south]
driver = tracer
bus = roof
[sink influx]
kind = influx
url = $URL
age = 0
INI
lines_of() { grep -c "$1" daemon.err; }

# ---- full ----------------------------------------------------------------------------------------
daemon a.ini
until_true 10 eval '[ "$(status_get store.committed)" -ge 2 ]' || fail "nothing is stored"
dd if=/dev/zero of="$disk/fill" bs=4k 2>/dev/null
before=$(status_get store.committed)
until_true 20 eval '[ "$(status_get store.waiting)" -gt 5 ]' || fail "the disk did not get full"
points=$(stand_in_get sink points)
is_fed() { [ "$(stand_in_get sink points)" -gt $((points + 4)) ]; }
until_true 10 is_fed || fail "the sink starves while the disk is full"
[ "$(lines_of 'cannot be written to')" -le 3 ] || fail "the log is flooded"
waiting=$(status_get store.waiting)
rm "$disk/fill"
began=$(date +%s%N)
until_true 10 eval '[ "$(status_get store.waiting)" -le 1 ]' || fail "it does not heal"
took=$((($(date +%s%N) - began) / 1000000))
[ "$(status_get store.lost_waiting)" = 0 ] || fail "readings were lost"
echo "disk full: $waiting readings waited, kept $took ms after there was room, lost 0," \
    "$(lines_of 'cannot be written to') lines of log"

# ---- read-only -----------------------------------------------------------------------------------
mount -o remount,ro "$disk" 2>/dev/null || {
    # open files keep it busy for some kernels: then the folder cannot be tried this way
    echo "read-only: this kernel will not remount a file system in use"
}
if ! touch "$disk/try" 2>/dev/null; then
    points=$(stand_in_get sink points)
    until_true 10 is_fed || fail "the sink starves on a read-only disk"
    mount -o remount,rw "$disk"
    until_true 10 eval '[ "$(status_get store.waiting)" -le 1 ]' || fail "it does not heal"
    echo "read-only: the sink went on, $(lines_of 'cannot be written to') lines of log in all"
fi
appended=$(status_get store.appended)
daemon_end
[ "$DAEMON_CODE" = 0 ] || fail "the daemon ended with $DAEMON_CODE"
rows=$(sqlite3 "$disk/helio.db" "SELECT count(*) FROM reading")
[ "$rows" -ge "$appended" ] || fail "$appended taken in, $rows stored"
[ "$(sqlite3 "$disk/helio.db" "SELECT max(seq) - count(*) FROM reading")" = 0 ] || fail "holes"
live=$(sqlite3 "$disk/helio.db" "SELECT count(DISTINCT at) FROM reading")
echo "produced $rows = stored $rows; $(stand_in_get sink points) of $live points there"
[ "$(stand_in_get sink points)" = "$live" ] || fail "not all was delivered"

# ---- started on a read-only disk: it runs, and keeps all when the disk is back --------------------
mkdir -p ro && mount -t tmpfs -o size=1m,ro tmpfs ro 2>/dev/null || exit 0
sed "s|$disk/helio.db|$TESTS_TMP/ro/helio.db|" a.ini >b.ini
daemon b.ini
points=$live
until_true 10 is_fed || fail "the sink starves when nothing can be stored"
points=$(stand_in_get sink points)
mount -o remount,rw ro
until_true 10 eval '[ "$(status_get store.committed)" -gt 3 ]' || fail "it does not begin to store"
daemon_end
rows=$(sqlite3 ro/helio.db "SELECT count(*) FROM reading")
umount ro
[ "$rows" -ge 8 ] || fail "$rows rows"
echo "started read-only: the sink got $((points - live)) points meanwhile; $rows readings kept in the end"

# helio check where the trouble is real: an ordinary user before a closed port, a port that another
# program holds, a database that refuses, a full disk. The remedies are run, and mend it.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs influxd curl python3

twin south --link "$TESTS_TMP/south"
cat >a.ini <<INI
[store]
path = $TESTS_TMP/helio.db
[bus west]
line = $LINE
[device south]
driver = tracer
bus = west
INI
expect 0 "$HELIO" check -c a.ini
has out "device south"
has_not out "trouble:"

# ---- the port is held: a program that says so to the kernel, and is found by /proc
port=$(readlink -f "$TESTS_TMP/south")
python3 -c 'import fcntl, os, sys, termios, time
fd = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
fcntl.ioctl(fd, termios.TIOCEXCL)
open("held", "w").close()
time.sleep(600)' "$port" &
holder=$!
twins+=("$holder")
until_true 10 test -e held || fail "nobody holds the port"
expect 75 "$HELIO" check --look -c a.ini
has out "(process $holder) has it open"
has out "sudo kill $holder"
expect 75 "$HELIO" check -c a.ini
kill "$holder" # the remedy
wait "$holder" 2>/dev/null
forget "$holder"
expect 0 "$HELIO" check -c a.ini

# ---- an ordinary user
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    mkdir nobodys && cp a.ini nobodys/ && chmod 755 . nobodys && chmod 644 nobodys/a.ini
    sed -i "s|^path.*|path = $TESTS_TMP/nobodys/helio.db|" nobodys/a.ini
    nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups env HELIO_RUN_DIR="$TESTS_TMP/nobodys" "$@"; }
    if nobody "$HELIO" list lines >/dev/null 2>&1; then
        chmod 600 "$port"
        expect 77 nobody "$HELIO" check --look -c nobodys/a.ini
        has out "port $TESTS_TMP/south of bus west"
        has out "nobody may not read and write it"
        has out "no udev rule has given it to a group"
        has out "store $TESTS_TMP/nobodys"
        has out "sudo chown -R nobody '$TESTS_TMP/nobodys'"
        bash -c "chown -R nobody '$TESTS_TMP/nobodys'" # the remedies
        chgrp dialout "$port" && chmod 660 "$port"
        expect 77 nobody "$HELIO" check --look -c nobodys/a.ini
        has_not out "store $TESTS_TMP/nobodys belongs"
        has out "only the group dialout may"
        has out "sudo usermod -aG dialout nobody, then log out and log in again"
        dialout() { setpriv --reuid=65534 --regid=65534 --groups "$(getent group dialout | cut -d: -f3)" "$@"; }
        expect 0 dialout env HELIO_RUN_DIR="$TESTS_TMP/nobodys" "$HELIO" check -c nobodys/a.ini
        chmod 700 nobodys && chown root nobodys
        chmod 755 nobodys
    else
        echo "nobody may not run $HELIO here: as root only"
    fi
fi

# ---- secrets
printf '[sink influx]\nkind = influx\nurl = http://127.0.0.1:1\nuser = writer\npassword_file = %s/password\n' "$TESTS_TMP" >>a.ini
expect 66 "$HELIO" check --look -c a.ini
has out "there is no such file (password_file)"
echo secret-word >password && chmod 644 password
expect 77 "$HELIO" check --look -c a.ini
has out "trouble: file $TESTS_TMP/password"
eval "$(sed -n 's/^  mend:  \(sudo \)\?\(chmod [^;]*\);.*/\2/p' out)" # the remedy
[ "$(stat -c %a password)" = 600 ] || fail "the remedy leaves $(stat -c %a password)"
expect 0 "$HELIO" check --look -c a.ini
has_not out "trouble: file"

# ---- a real database: away, unknown user, no such database, no right
expect 69 "$HELIO" check -c a.ini
has out "nobody listens there"
influxd_start influx 'auth-enabled = true'
sed -i "s|^url.*|url = $URL|" a.ini
admin() { curl -sf -XPOST "$URL/query" --data-urlencode "q=$1" "${@:2}" >/dev/null || fail "$1"; }
admin "CREATE USER boss WITH PASSWORD 'b' WITH ALL PRIVILEGES"
expect 69 "$HELIO" check -c a.ini
has out "401"
has out "does not know this user, or the password is wrong"
has out 'SET PASSWORD FOR \"writer\"'
admin "CREATE USER writer WITH PASSWORD 'secret-word'" -u boss:b
expect 69 "$HELIO" check -c a.ini
has out "has no such database"
sed 's/^url = /create = yes\n&/' a.ini >create.ini
expect 0 "$HELIO" check -c create.ini # no trouble: it is to be made
has out "create = yes makes it"
expect 69 "$HELIO" check -c a.ini
remedy=$(sed -n "s/^  mend:  \(curl .*\) (with a user.*/\1/p" out)
[ -n "$remedy" ] || fail "no command"
eval "$remedy -sf -u boss:b" >/dev/null || fail "the remedy does not work: $remedy"
expect 69 "$HELIO" check -c a.ini
has out "means: the user is known, and may not write there"
has out "GRANT ALL ON \"solar\" TO \"writer\""
admin 'GRANT ALL PRIVILEGES TO "writer"' -u boss:b
expect 0 "$HELIO" check -c a.ini
has out "takes readings"
expect 0 "$HELIO" check --json -c a.ini
python3 -c 'import json; a = json.load(open("out")); assert any("takes readings" in c["seen"] for c in a["checks"]), a'
has_not out secret-word
sed -i 's|^url.*|url = http://no-such-host.invalid:8086|' a.ini
expect 69 "$HELIO" check -c a.ini
has out "getent hosts no-such-host.invalid"

# ---- the page's port
sed -i '/^\[sink/,$d' a.ini
python3 -c 'import socket, time
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()
open("taken", "w").write("%d\n" % s.getsockname()[1])
time.sleep(600)' &
listener=$!
twins+=("$listener")
until_true 10 test -s taken || fail "no listener"
printf '[web]\nenabled = yes\nport = %s\n' "$(cat taken)" >>a.ini
expect 75 "$HELIO" check --look -c a.ini
has out "trouble: web port $(cat taken)"
has out "(process $listener) listens there"
kill "$listener"
wait "$listener" 2>/dev/null
forget "$listener"
expect 0 "$HELIO" check --look -c a.ini

# ---- a full disk, and one that is read-only
mkdir -p disk
if mount -t tmpfs -o size=64k tmpfs disk 2>/dev/null; then
    at_end 'umount "$TESTS_TMP/disk"'
    sed -i "s|^path.*|path = $TESTS_TMP/disk/helio.db|" a.ini
    head -c 100000 /dev/zero >disk/fill 2>/dev/null
    expect 73 "$HELIO" check --look -c a.ini
    has out "trouble: disk of $TESTS_TMP/disk"
    has out "0 MB are free"
    rm disk/fill
    expect 0 "$HELIO" check --look -c a.ini
    has out "warning: disk of"
    if mount -o remount,ro disk 2>/dev/null; then
        "$HELIO" check --look -c a.ini >out 2>err
        has out "it is mounted read-only"
        has out "remount,rw"
    fi
else
    echo "no small file system can be mounted here: full disks are left out"
fi
echo "$SECONDS s: real troubles, remedies run"

# shellcheck shell=bash
# The daemon on a real USB: cables are pulled and put back, so that the kernel gives the same nodes
# again, to the same unit or to its twin. None is ever taken for the other. So with two GoodWe, who
# return from the night under another node, without the address they had. For qemu_usb.sh: the job
# replug, and what it must have said.
for number in 111 222; do
    {
        unit_words $number 92932105105$number
        printf '*\tNAK\n'
    } | python3 "$rig_home/frames.py" >$number.tsv
done
{
    house_of /tmp/helio.db one=92932105105111 two=92932105105222
    FAMILY=goodwe USB_IDS=0084:0041 house_of "" roof=13600DSU11AW0150 barn=15000DTU11AW0100 | tail -n +3
    printf '[sink out]\nkind = file\nfolder = /tmp/out\n'
} >a.ini
for file in 111.tsv 222.tsv a.ini; do rig_file "$file"; done

rounds="1"
[ -z "${HELIO_LONG:-}" ] || rounds="1 2 3"
echo "rounds='$rounds'" >rounds
rig_file rounds
rig_job replug <<'EOS'
. ./guest.sh
. ./rounds
export HELIO_RUN_DIR=/tmp
mkdir /tmp/out
there=0
# in_port NUMBER PORT: plugged in there; the process that is the unit stands in pid_NUMBER
in_port() {
    plug "$1" "$2" 0665:5161
    eval "pid_$1=$unit"
    await_nodes $((there += 1))
}
# out NUMBER: pulled
out() {
    eval "kill \$pid_$1; await_end \$pid_$1"
    await_nodes $((there -= 1))
}
# morning NAME PORT: an inverter, and its plug; without it, the plug is out as well
# With these serial numbers neither passes over a search, where in this slow guest an answer is late.
morning() {
    case $1 in
    roof) wake roof "$2" 13600DSU11AW0150 --model single --at 12:00 ;;
    barn) wake barn "$2" 15000DTU11AW0100 --model three --at 10:00 ;;
    esac
    eval "pid_$1=$twin"
    await_nodes $((there += 1))
}
heard() { helio export -c a.ini "$1" --columns output_power --from "$2" 2>/dev/null | tail -n +2; }
is_heard() { [ -n "$(heard "$1" "$2")" ]; }
uptime_cs() { read -r up rest </proc/uptime; echo "${up%.*}${up#*.}"; }
# back NAME...: heard with a tick after now; after 60 s the job ends
back() {
    from=$(date -u +%Y-%m-%dT%H:%M:%SZ) began=$(uptime_cs)
    sleep 1
    for name; do
        until is_heard "$name" "$from"; do
            [ $(($(uptime_cs) - began)) -lt 6000 ] || {
                echo "$name is not back"
                cat daemon.log
                helio status
                tail -n 5 ./*.log
                exit 9
            }
        done
    done
    echo "${word:-back} $((($(uptime_cs) - began) * 10))"
}
in_port 111 0
in_port 222 1
helio run -c a.ini 2>daemon.log & daemon=$!
back one two
for round in $rounds; do
    out 111
    in_port 111 0
    back one
    out 111
    out 222
    # the first to come gets the first node: now it is the other's
    in_port 222 0
    in_port 111 1
    back one two
    out 222
    out 111
    in_port 111 0
    in_port 222 1
    back one two
done
out 111
out 222
morning roof 2
morning barn 3
word=returned back roof barn
out barn
out roof
# the other one's node, and the other one's port
morning barn 2
morning roof 3
word=returned back roof barn
kill $daemon
wait $daemon
echo "ended $?"
ls -l /dev/hidraw*
for name in one two; do heard "$name" 2000-01-01T00:00:00Z | sed "s/^/row $name /"; done
for name in roof barn; do
    helio export -c a.ini $name --columns output_power,grid_frequency,grid_l2_voltage | tail -n +2 |
        sed "s/^/sun $name /"
done
sed 's/^/said /' daemon.log
EOS

# ---- what it must have said ----

judge_replug() {
    local name number lines pair
    grep -E '^(back|returned)' replug.said
    [ "$(grep -cE '^(back|returned)' replug.said)" -ge $((3 * $(wc -w <<<"$rounds") + 3)) ] || fail "not every cable was followed"
    # Asked for are 10 s. The guest has an emulated processor, and on a busy machine its seconds are long: told,
    # not judged, but for the 60 s of "back".
    echo "back after $(sed -n 's/^back //p' replug.said | sort -n | tail -1) ms at most"
    grep -qx "ended 0" replug.said || fail "the daemon did not end well"
    for pair in "one 111" "two 222"; do
        read -r name number <<<"$pair"
        [ "$(grep -c "^row $name .*,$name,$number$" replug.said)" -ge 4 ] || fail "hardly anything of $name"
        [ "$(grep "^row $name" replug.said | grep -cv ",$name,$number$")" = 0 ] ||
            fail "$name has the numbers of another"
    done
    # Only one of the two has three phases. Its sun stands still: there is one value, and the other's.
    for name in roof barn; do
        grep "^sun $name " replug.said | cut -d , -f 3- | sort -u >"$name.values"
        [ "$(wc -l <"$name.values")" = 1 ] || { cat "$name.values"; fail "$name has the numbers of another"; }
        [ "$(grep -c "^sun $name " replug.said)" -ge 3 ] || fail "hardly anything of $name"
    done
    grep -q '^[1-9][0-9]*,49.98,230.4$' barn.values || fail "the barn said $(cat barn.values)"
    grep -q '^[1-9][0-9]*,49.98,$' roof.values || fail "the roof said $(cat roof.values)"
    lines=$(grep -c '^said' replug.said)
    [ "$lines" -le 90 ] || fail "$lines log lines"
    echo "disturbances with nodes given again; $(grep -cE '^(row|sun)' replug.said) readings," \
        "misattributed 0, $lines log lines"
}

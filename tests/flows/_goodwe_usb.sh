# GoodWe inverters on USB that are not there, for the flows: sourced after lib.sh and _servers.sh.
# shellcheck disable=SC2034 # _hid.sh looks at them
FAMILY=goodwe USB_IDS=0084:0041
# shellcheck source=tests/flows/_hid.sh
. "$HELIO_SOURCE/tests/flows/_hid.sh"
south=13600DSU11AW0011 east=15000DTU11AW0022

# judged_goodwe [STORE away.tsv NAME=SOCKET...]: what was written, and every row, by what was said
judged_goodwe() { python3 "$HELIO_SOURCE/tests/flows/_judge_goodwe.py" log "$@"; }
# packet HEX: with what goes before it and its sum: packet 80 0b 01 01 00
packet() {
    python3 -c 'import sys
b = bytes.fromhex("aa55" + sys.argv[1])
print((b + (sum(b) & 0xFFFF).to_bytes(2, "big")).hex(" "))' "$*"
}
# asked HEX: the same as it is written to USB
asked() {
    local hex
    hex=$(packet "$@")
    printf 'cc 99 %02x %s\n' $(((${#hex} + 1) / 3)) "$hex"
}

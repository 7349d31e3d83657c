# For flows about Axperts: their twins, settings, and what a capture says was asked.

# inverter NAME OPTIONS...: as twin does, with one inverter; LINE holds where it is
inverter() {
    local name=$1
    shift
    begin "$name" "$HELIO" sim axpert --speed 2400 --battery 48 "$@"
}

# settings LINE WORDS: one device, south, in t.conf
settings() {
    printf '[bus roof]\nline = %s\n[device south]\ndriver = axpert\nbus = roof\n%s\n' "${1%%,*}" "$2" >t.conf
    local option
    for option in ${1#*,}; do
        sed -i "2a ${option%%=*} = ${option#*=}" t.conf
    done
}

# asked CAPTURE LETTERS: how many questions or orders begin so
asked() {
    [ -e "$1" ] || { echo 0; return; }
    local hex
    hex=$(printf %s "$2" | od -An -tx1 | sed 's/^ //; s/ *$//')
    grep -c "^> $hex" "$1" || true
}

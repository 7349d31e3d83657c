# What made-up inverters say, for the flows.

# unit_words NUMBER SERIAL: a unit whose power and battery tell its number: 111 is 111 W and 51.1 V
unit_words() {
    printf 'QPI\tPI30\nQID\t%s\nQMOD\tB\nQFLAG\tEakxyDbjuvz\nQVFW\tVERFW:00072.70\n' "$2"
    printf 'QPIGS\t000.0 00.0 230.0 50.0 0%s 0%s 004 400 5%s.%s0 010 085 0041 0012 103.4 52.10 00000' \
        "$1" "$1" "${1:1:1}" "${1:2:1}"
    printf ' 00010110 00 00 00%s 010\n' "$1"
    printf 'QPIWS\t00000000000000000000000000000000\n'
    printf 'QPIRI\t230.0 21.7 230.0 50.0 21.7 5000 5000 48.0 46.0 42.0 56.4 54.0 2 30 060 0 2 1'
    printf ' 9 01 0 0 54.0 0 1\n'
}

# house_of STORE NAME=SERIAL...: settings for inverters on USB, each on a wire of its own; they are
# of FAMILY, with USB_IDS
house_of() {
    printf '[store]\npath = %s\n' "$1"
    shift
    for pair in "$@"; do
        printf '[bus %s-wire]\nline = hid:%s\nunit = %s\nevery = 1\n' "${pair%%=*}" \
            "${USB_IDS:-0665:5161}" "${pair#*=}"
        printf '[device %s]\ndriver = %s\nbus = %s-wire\n' "${pair%%=*}" "${FAMILY:-axpert}" "${pair%%=*}"
    done
}

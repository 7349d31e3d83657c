# shellcheck shell=bash
# Units on a real USB: Debian's kernel in a virtual machine, its own USB and HID. Two jobs in one guest.
# shellcheck source=tests/qemu/rig.sh
source "$(dirname "$0")/../qemu/rig.sh"
rig_ready || exit 77
# shellcheck source=tests/flows/lib.sh
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/_hid_words.sh"

rig_new guest
for program in usb_hid hidraw_talk hid_talk; do rig_program "$TOOLS/$program"; done
rig_program "$HELIO"
source "$(dirname "$0")/_qemu_hid.sh"
source "$(dirname "$0")/_qemu_replug.sh"

code=0
rig_run 600 2>rig.err <<'EOS' || code=$?
code=0
for job in hid replug; do
    echo "== $job"
    sh "./$job" || code=$?
done
exit $code
EOS
tr -d '\r' <guest/out >said
[ $code = 0 ] || { cat rig.err said >&2; fail "the guest's jobs ended with $code"; }
sed '/^== replug/,$d' said >hid.said
sed '1,/^== replug/d' said >replug.said
judge_hid
judge_replug
echo "$SECONDS s"

# shellcheck shell=bash
# A machine with USB, for programs that need a real one: Debian's kernel in QEMU, with KVM
# where it may be had, and nothing of it on the host. Sourced before lib.sh, which changes HOME.
#
#   rig_ready || exit 77          all that is needed is there; if not, says what is missing
#   rig_new FOLDER                an empty guest
#   rig_program FILE              a program, as /bin/NAME, with the libraries it is linked with
#   rig_file FILE [NAME]          any other file, as /job/NAME
#   rig_job NAME <<'EOS'          a script, as /job/NAME
#   rig_run SECONDS <<'EOS'       the script run in /job, where guest.sh has helpers; what it says
#                                 is in FOLDER/out, its exit code is the function's; 124 when
#                                 it took too long
#
# HELIO_CACHE is the folder where the kernel is kept.

rig_home=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rig_cache=${HELIO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/helio}
# shellcheck source=tests/qemu/kernel.sh
source "$rig_home/kernel.sh"

rig_ready() {
    local tool
    if [ "$(uname -m)" != x86_64 ]; then
        echo "skipped: the rig is for amd64 only"
        return 1
    fi
    for tool in qemu-system-x86_64 busybox cpio ldd flock; do
        command -v "$tool" >/dev/null || {
            echo "skipped: there is no $tool (Debian: qemu-system-x86, busybox-static, cpio)"
            return 1
        }
    done
    if ldd "$(command -v busybox)" >/dev/null 2>&1; then
        echo "skipped: busybox needs libraries (Debian: busybox-static)"
        return 1
    fi
    rig_kernel=$(kernel_get "$rig_cache") || {
        echo "skipped: the package behind $kernel_meta cannot be had"
        return 1
    }
}

rig_new() {
    local module
    mkdir -p "$1/root/bin" "$1/root/job" "$1/root/modules" || return 1
    rig_folder=$(cd "$1" && pwd)
    cp "$(command -v busybox)" "$rig_folder/root/bin/busybox"
    cp "$rig_home/init" "$rig_folder/root/init"
    cp "$rig_home/guest.sh" "$rig_folder/root/job/guest.sh"
    cp "$rig_home/../tools/tsan.supp" "$rig_folder/root/tsan.supp"
    chmod 755 "$rig_folder/root/init"
    cp "$rig_kernel"/*.ko "$rig_folder/root/modules/"
    for module in "${kernel_modules[@]}"; do
        echo "$module"
    done >"$rig_folder/root/modules/order"
}

# rig_library FILE: to the very place where the program looks for it
rig_library() {
    mkdir -p "$rig_folder/root$(dirname "$1")" && cp -Lu "$1" "$rig_folder/root$1"
}

rig_program() {
    local library
    cp -L "$1" "$rig_folder/root/bin/" || return 1
    # A static program has none, and ldd says so with an exit code.
    while read -r library; do
        rig_library "$library" || return 1
    done < <(ldd "$1" 2>/dev/null | grep -oE '/[^ ]+')
}

# rig_job NAME: a script from standard input
rig_job() { cat >"$rig_folder/root/job/$1"; }

rig_file() { cp -L "$1" "$rig_folder/root/job/${2:-$(basename "$1")}"; }

# rig_boot SECONDS: until the guest switches itself off
rig_boot() {
    local accel=tcg
    # A device /dev/kvm without the processor's help is there on some hosts, and its guests never begin.
    [ ! -w /dev/kvm ] || ! grep -qwE 'vmx|svm' /proc/cpuinfo || accel=kvm:tcg
    timeout --kill-after=2 "$1" qemu-system-x86_64 -machine accel=$accel -cpu max -m 512 -nodefaults \
        -no-user-config -display none -no-reboot -kernel "$rig_kernel/vmlinuz" \
        -initrd "$rig_folder/initrd" -append "console=ttyS0 panic=-1 mitigations=off nokaslr" \
        -serial "file:$rig_folder/console" -serial "file:$rig_folder/out" \
        -serial "file:$rig_folder/code" </dev/null >"$rig_folder/qemu.log" 2>&1
}

rig_run() {
    local booted=0 code
    cat >"$rig_folder/root/job/run"
    : >"$rig_folder/out"
    : >"$rig_folder/code"
    (cd "$rig_folder/root" && find . | cpio -o -H newc -R 0:0 --quiet) >"$rig_folder/initrd" || return 125
    rig_boot "$1" || booted=$?
    code=$(tr -d '\r\n' <"$rig_folder/code")
    if [ "$booted" -eq 0 ] && [[ $code =~ ^[0-9]+$ ]]; then
        return "$code"
    fi
    echo "the guest did not end as it should (qemu: $booted); its last words:" >&2
    tail -n 20 "$rig_folder/console" "$rig_folder/qemu.log" >&2
    [ "$booted" -eq 124 ] || [ "$booted" -eq 137 ] || return 125
    return 124
}

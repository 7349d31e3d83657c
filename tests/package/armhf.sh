# The package for 32-bit ARM (ARMv7: Raspberry Pi 2 and newer, not Pi 1 and Zero).
source "$(dirname "$0")/_cross.sh"
cross armhf "ARM" arm-linux-gnueabihf
readelf -A root/usr/bin/helio >said
has said "Tag_CPU_arch: v7"

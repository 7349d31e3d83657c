# The package for 64-bit ARM (Raspberry Pi 3, 4, 5 with a 64-bit system).
source "$(dirname "$0")/_cross.sh"
cross arm64 AArch64 aarch64-linux-gnu

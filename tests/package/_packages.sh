# Shared by the tests of packages: one folder where they are built, for all of them.
source "$HELIO_SOURCE/tests/flows/lib.sh"
source "$HELIO_SOURCE/tests/flows/_servers.sh"
packages=$HELIO_SOURCE/build/package

# build ARCH [WORDS...]: as scripts/package does; its exit code 77 means that a mirror is not there
build() {
    local code=0
    (cd "$HELIO_SOURCE" && env -u HELIO_CONFIG HOME="$TESTS_TMP" scripts/package --arch "$@") >build.out 2>&1 || code=$?
    [ "$code" != 77 ] || { tail -1 build.out; exit 77; }
    [ "$code" = 0 ] || { cat build.out >&2; fail "scripts/package --arch $* ended with $code"; }
}
# the package of helio itself, not that of its debug symbols
package_of() { ls "$packages/$1"/helio_*.deb; }

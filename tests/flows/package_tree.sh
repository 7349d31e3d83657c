# scripts/package stands in a tree without git, also in one that lies within another tree of git's, and
# says what is missing before it builds anything.
. "$HELIO_SOURCE/tests/flows/lib.sh"
command -v dpkg >/dev/null || exit 77
copy() ( # what a package is built of, out of FROM
    cd "$1" || exit 1
    set -euo pipefail
    . scripts/package.d/tree.sh
    tree_files | sort -z | tr '\0' '\n'
)
copy "$HELIO_SOURCE" >known
[ "$(wc -l <known)" -gt 500 ] || fail "only $(wc -l <known) files"
mkdir tree
(cd "$HELIO_SOURCE" && tar -cf - -T "$TESTS_TMP/known") | tar -xf - -C tree
copy "$TESTS_TMP/tree" >found
diff known found >said || fail "another tree: $(head -5 said)"
command -v git >/dev/null && git init -q . && { copy "$TESTS_TMP/tree" | diff known - >said || fail "git's tree around it: $(head -5 said)"; }

# only what stands in bin/ is there, and dpkg-checkbuilddeps finds something missing
mkdir bin
for program in bash dpkg sed cat mkdir dirname grep tr ls head; do ln -s "$(command -v "$program")" bin/; done
PATH=$TESTS_TMP/bin expect 69 tree/scripts/package
has err "missing here: build-essential debhelper"
has err "sudo apt install --no-install-recommends build-essential debhelper cmake "
has err "libsqlite3-dev"
has_not err ">="
printf '#!/bin/sh\necho "dpkg-checkbuilddeps: error: Unmet build dependencies: build-essential:native cmake (>= 3.25) zlib1g-dev" >&2\nexit 1\n' >bin/dpkg-checkbuilddeps
printf '#!/bin/sh\n' >bin/dh
chmod +x bin/dpkg-checkbuilddeps bin/dh
PATH=$TESTS_TMP/bin expect 69 tree/scripts/package
has err "missing here: build-essential cmake zlib1g-dev"
other=arm64
[ "$(dpkg --print-architecture)" != arm64 ] || other=armhf
PATH=$TESTS_TMP/bin expect 69 tree/scripts/package --arch $other
has err "qemu-user-static"
[ ! -e tree/build/package/$other/work ] || fail "something was built"

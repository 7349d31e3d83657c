#!/usr/bin/env bash
# npm.sh [FOLDER-OF-PACKAGE.JSON [FOLDER]]: installs its packages under build/npm, or the folder named,
# unless that was done. Exit code 77: no registry can be reached.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
from=${1:-$here}
to=${2:-$here/../../build/npm}
mkdir -p "$to"
if cmp -s "$from/package.json" "$to/installed.json"; then
    exit 0
fi
cp "$from/package.json" "$to/package.json"
cd "$to"
if ! npm install --no-package-lock --no-audit --no-fund --ignore-scripts --legacy-peer-deps \
    --fetch-retries=1 --fetch-timeout=60000 >npm.log 2>&1; then
    tail -5 npm.log >&2
    exit 77
fi
cp package.json installed.json

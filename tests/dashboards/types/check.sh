#!/usr/bin/env bash
# Are the dashboards what Grafana's own types say a dashboard is? Each becomes a literal, so that a
# misspelt name is an error too; then a misspelt one must be refused, or this would check nothing.
set -euo pipefail
top=$(cd "$(dirname "$0")/../../.." && pwd)
work=$top/build/npm/types
rm -rf "$work"
mkdir -p "$work"
cp "$top/tests/dashboards/types/written.ts" "$work"

literal() { # TEXT FILE WHERE-THE-TYPE-IS
    {
        echo "import type { Written } from '$3/written.ts';"
        printf 'export const dashboard: Written = '
        printf '%s;\n' "$1"
    } >"$2"
}

compile() {
    (cd "$work" && "$top/build/npm/node_modules/.bin/tsc" --noEmit --strict --skipLibCheck --module nodenext \
        --moduleResolution nodenext --target es2022 --allowImportingTsExtensions "$@")
}

files=()
for dashboard in "$top"/grafana/dashboards/*.json; do
    name=$(basename "$dashboard" .json).ts
    literal "$(cat "$dashboard")" "$work/$name" .
    files+=("$name")
done
compile "${files[@]}"

mkdir "$work/bad"
for right in refresh gridPos fieldConfig templating; do
    literal "$(sed "s/\"$right\":/\"${right}s\":/" "$top/grafana/dashboards/SolarDashboard.json")" \
        "$work/bad/misspelt.ts" ..
    if compile bad/misspelt.ts >"$work/bad/said" || ! grep -q "${right}s" "$work/bad/said"; then
        echo "types: \"${right}s\" for \"$right\" was accepted" >&2
        exit 1
    fi
done
echo "types: ${#files[@]} dashboards are what @grafana/schema says"

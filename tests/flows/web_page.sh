#!/usr/bin/env bash
# The page in a real browser, on a simulated plant with forty days behind it: numbers move, charts
# zoom and keep gaps, tables are what the API says, on a phone and on a wall, by keyboard, offline.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/_page.sh"

# ---- how it is served ----

get() { curl -s -D head -o body "$@"; }
get "$base/"
has head "Content-Security-Policy: default-src 'self'"
has head "Cache-Control: no-cache"
has body "<title>Heliograph</title>"
has_not head "Content-Encoding"
mark=$(tr -d '\r' <head | awk 'tolower($1) == "etag:" { print $2 }')
[ "$(curl -s -o /dev/null -w '%{http_code}' -H "If-None-Match: $mark" "$base/")" = 304 ] || fail "an unchanged page is sent anew"
cp body plain.html
get -H 'Accept-Encoding: gzip' "$base/"
has head "Content-Encoding: gzip"
has head "Vary: Accept-Encoding"
gzip -dc <body | cmp -s - plain.html || fail "packed is not what is plain"
part=$(grep -o 'page/[0-9a-f]*/app.js' plain.html)
get "$base/$part"
has head "immutable"
has head "text/javascript"
[ "$(curl -s -o /dev/null -w '%{http_code}' "$base/page/nothing.js")" = 404 ] || fail "what is not there is found"
[ "$(curl -s -o /dev/null -w '%{http_code}' -X POST "$base/$part")" = 405 ] || fail "a part can be posted to"
curl -s "$base/api/v1/catalogue" -o catalogue.json
curl -s -H 'Accept-Encoding: gzip' "$base/api/v1/catalogue" -o catalogue.gz
gzip -dc catalogue.gz | cmp -s - catalogue.json || fail "a packed answer is not what it is plain"
curl -s "$base/api/v1/health" -D head -o /dev/null
has head "Content-Security-Policy: default-src 'none'"

# No metric is named in the page: all of it comes from the catalogue.
"$HELIO" list metrics --as json | grep -oE '"metric": "[a-z0-9_]+_[a-z0-9_]+"' | cut -d'"' -f4 >names
if grep -rwnFf names "$top/web/page" --include='*.js' --include='*.html'; then
    fail "the page knows metrics by name"
fi

# ---- in a browser ----

look_at checks.mjs

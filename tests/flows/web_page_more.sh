#!/usr/bin/env bash
# The page from another zone, over days of 23 and 25 hours, by fingers, with the other kit that draws
# charts under the same policy, columns extracted in every old form of a date, icons, accessibility.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/_page.sh"

look_at more_checks.mjs

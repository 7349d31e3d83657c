/* A row as JSON again (web/mate_row.h). */
#include "web/mate_row.h"

#include "base/base64.h"
#include "base/clock.h"
#include "base/json.h"

enum { STAMP = 19 };

void mate_row_write(const struct mate_row *row, char *to, size_t size)
{
    char data[MATE_ROW_TEXT], whole[CLOCK_TEXT], when[40];
    struct text t = text_on(to, size), stamp = text_on(when, sizeof when);
    struct json j = json_on(&t);

    clock_iso(row->at_ms - row->at_ms % MS_PER_S, whole);
    text_format(&stamp, "%.*s.%03d000", STAMP, whole, (int)(row->at_ms % MS_PER_S));
    base64_write(row->bytes, row->length, data);
    json_open(&j, NULL, '{');
    json_string(&j, "type", row->type->name);
    json_string(&j, "data", data);
    json_string(&j, "ts", when);
    json_integer(&j, "tz", row->tz_s);
    if (*row->date)
        json_string(&j, "date", row->date);
    if (row->has_extra) {
        json_open(&j, "extra", '{');
        json_number(&j, row->type->extra, row->extra);
        json_close(&j, '}');
    }
    json_close(&j, '}');
}

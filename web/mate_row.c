/* JSON to bytes and time (web/mate_row.h). */
#include "web/mate_row.h"

#include "base/base64.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/days.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STAMP = 19, DAY_S = 86400 };
static const int64_t AHEAD_MOST_MS = 86400000;

// clang-format off
const struct mate_type mate_types[] = {
    { "mx-status",  13, "chg_w", false },
    { "fx-status",  13, "t_air", false },
    { "dc-status",  78, NULL,    false },
    { "mx-logpage", 14, NULL,    true },
    { .name = NULL },
};
// clang-format on

static bool is_text_of(const json_t *j, const char *key, const char **to)
{
    *to = json_string_value(json_object_get(j, key));
    return *to != NULL;
}

/* "2018-10-21T14:42:44Z" and nothing else; a day that no month has is none. */
static bool read_second(const char *text, int64_t now_ms, int64_t *to)
{
    char again[CLOCK_TEXT];

    return text_fits(text, "0000-00-00T00:00:00Z") && when_read(text, now_ms, to) &&
           !strcmp(clock_iso(*to, again), text);
}

/* "2018-10-21T14:42:44.938000": always UTC, whether it says Z or nothing. */
static bool read_time(const char *text, int64_t now_ms, int64_t *to)
{
    char whole[STAMP + 2];
    int64_t ms = 0, scale = 100;

    if (strlen(text) < STAMP)
        return false;
    snprintf(whole, sizeof whole, "%.*sZ", STAMP, text);
    text += STAMP;
    if (*text == '.')
        for (text++; *text >= '0' && *text <= '9'; text++, scale /= 10)
            ms += (*text - '0') * scale;
    if ((*text && strcmp(text, "Z") != 0) || !read_second(whole, now_ms, to))
        return false;
    *to += ms;
    return true;
}

static bool read_date(const json_t *j, char to[MATE_DATE])
{
    char whole[STAMP + 2];
    struct text t = text_on(whole, sizeof whole);
    const char *text;
    int64_t ms;

    if (!is_text_of(j, "date", &text) || !text_fits(text, "0000-00-00"))
        return false;
    snprintf(to, MATE_DATE, "%s", text);
    text_add(&t, to);
    text_add(&t, "T00:00:00Z");
    return read_second(whole, 0, &ms) && clock_is_possible(ms);
}

/* The one number we know; whatever else stands there is passed over, as the old server did. */
static bool read_extra(const json_t *j, struct mate_row *to)
{
    const json_t *extra = json_object_get(j, "extra");

    if (!extra || json_is_null(extra))
        return true;
    if (!json_is_object(extra))
        return false;
    const json_t *number = to->type->extra ? json_object_get(extra, to->type->extra) : NULL;
    if (!number || json_is_null(number))
        return true;
    to->has_extra = true;
    to->extra = json_number_value(number);
    return json_is_number(number) && isfinite(to->extra);
}

static const char *fault_of(const json_t *j, int64_t now_ms, struct mate_row *to)
{
    const json_t *tz = json_object_get(j, "tz");
    const char *text;

    if (!is_text_of(j, "type", &text) || strcmp(text, to->type->name) != 0)
        return "\"type\" is not that of the path";
    if (!is_text_of(j, "data", &text))
        return "\"data\" is missing";
    int length = base64_read(text, to->bytes, sizeof to->bytes);
    if (length != (int)to->type->length)
        return length < 0 ? "\"data\" is not base64, or too long" : "\"data\" has another length";
    to->length = (size_t)length;
    if (!is_text_of(j, "ts", &text) || !read_time(text, now_ms, &to->at_ms))
        return "\"ts\" is no time like 2018-10-21T14:42:44.938000";
    if (!clock_is_possible(to->at_ms) || to->at_ms > now_ms + AHEAD_MOST_MS)
        return "\"ts\" is a time at which nothing can have been measured";
    if (!json_is_integer(tz) || json_integer_value(tz) < -DAY_S || json_integer_value(tz) > DAY_S)
        return "\"tz\" is no offset in seconds";
    to->tz_s = (int)json_integer_value(tz);
    if (to->type->has_date && !read_date(j, to->date))
        return "\"date\" is no day like 2018-10-21";
    return read_extra(j, to) ? NULL : "\"extra\" holds something else than numbers";
}

int mate_row_read(const struct mate_type *type, const char *json, size_t length, int64_t now_ms,
                  struct mate_row *to, char *why, size_t size)
{
    json_error_t error;
    json_t *j = json_loadb(json, length, JSON_REJECT_DUPLICATES, &error);
    const char *fault;

    *to = (struct mate_row){.type = type};
    if (!json_is_object(j)) {
        snprintf(why, size, "%s", j ? "the JSON is no object" : error.text);
        json_decref(j);
        return ERR_GARBAGE;
    }
    fault = fault_of(j, now_ms, to);
    snprintf(why, size, "%s", fault ? fault : "");
    json_decref(j);
    return fault ? ERR_DATA : OK;
}

/* mktime knows the zone's rules; nothing is reckoned with 24 hours (store/days.h). */
#include "store/days.h"

#include "base/clock.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int day_of(int64_t at_ms)
{
    time_t seconds = (time_t)(at_ms / MS_PER_S - (at_ms % MS_PER_S < 0));
    struct tm tm;

    if (!localtime_r(&seconds, &tm))
        return 0;
    return (tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday;
}

static int64_t hour_of(int year, int month, int day, int hour)
{
    struct tm tm = {.tm_year = year - 1900,
                    .tm_mon = month - 1,
                    .tm_mday = day,
                    .tm_hour = hour,
                    .tm_isdst = -1};

    return (int64_t)mktime(&tm) * MS_PER_S;
}

static int64_t start_of(int year, int month, int day)
{
    return hour_of(year, month, day, 0);
}

int64_t day_noon(int day)
{
    return hour_of(day / 10000, day / 100 % 100, day % 100, 12);
}

int64_t day_start(int day)
{
    return start_of(day / 10000, day / 100 % 100, day % 100);
}

int day_next(int day)
{
    return day_of(start_of(day / 10000, day / 100 % 100, day % 100 + 1));
}

int day_before(int day)
{
    return day_of(start_of(day / 10000, day / 100 % 100, day % 100 - 1));
}

/* ---- moments as people write them --------------------------------------------------------- */

static bool read_relative(const char *text, int64_t now_ms, int64_t *to_ms)
{
    static const struct {
        char unit;
        int64_t ms;
    } units_of[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', 86400000}, {'w', 604800000}};
    static const double MOST_BACK_MS = 1e14; /* three thousand years */
    char *end;
    double count = strtod(text, &end);

    if (*text != '-' || end == text || !*end || end[1])
        return false;
    for (size_t i = 0; i < sizeof units_of / sizeof *units_of; i++)
        if (*end == units_of[i].unit) {
            double back_ms = count * (double)units_of[i].ms;
            if (!(back_ms >= -MOST_BACK_MS))
                return false;
            *to_ms = now_ms + (int64_t)back_ms;
            return true;
        }
    return false;
}

static bool read_word(const char *text, int64_t now_ms, int64_t *to_ms)
{
    int today = day_of(now_ms);

    if (!strcmp(text, "now"))
        *to_ms = now_ms;
    else if (!strcmp(text, "today"))
        *to_ms = day_start(today);
    else if (!strcmp(text, "yesterday"))
        *to_ms = day_start(day_before(today));
    else
        return false;
    return true;
}

static bool read_date(const char *text, int64_t *to_ms);

bool when_digits(const char *text, int64_t *to_ms)
{
    static const char rest[] = "00000101000000";
    char all[sizeof rest], clock[32];
    size_t length = strlen(text);

    if (length < 8 || length > 14 || length % 2 || strspn(text, "0123456789") != length)
        return false;
    snprintf(all, sizeof all, "%s%s", text, rest + length);
    snprintf(clock, sizeof clock, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2s", all, all + 4, all + 6, all + 8,
             all + 10, all + 12);
    return strncmp(all + 8, "24", 2) < 0 && read_date(clock, to_ms);
}

/* What can be a date is one; else up to ten digits are seconds, and more are milliseconds. Seconds
 * look like a date of this millennium from 2033 on. */
static bool read_digits(const char *text, int64_t *to_ms)
{
    size_t length = strlen(text);
    int64_t value;

    if (strspn(text, "0123456789") != length || !integer_read(text, &value))
        return false;
    if ((length == 8 || *text == '2') && when_digits(text, to_ms))
        return true;
    if (length < 9 || length > 13 || length == 11)
        return false;
    *to_ms = length <= 10 ? value * MS_PER_S : value;
    return true;
}

/* Behind the clock: "", "Z", "+02:00", "+0200". */
static bool read_offset(const char *text, bool *is_utc, int *offset_s)
{
    int hours, minutes = 0, used = 0;
    char sign;

    *is_utc = *text != '\0';
    *offset_s = 0;
    if (!*text || !strcmp(text, "Z") || !strcmp(text, "z"))
        return true;
    if (sscanf(text, "%c%2d:%2d%n", &sign, &hours, &minutes, &used) < 3 &&
        sscanf(text, "%c%2d%2d%n", &sign, &hours, &minutes, &used) < 3)
        return false;
    *offset_s = (hours * 3600 + minutes * 60) * (sign == '-' ? -1 : 1);
    return (sign == '+' || sign == '-') && !text[used];
}

static bool read_date(const char *text, int64_t *to_ms)
{
    struct tm tm = {.tm_isdst = -1};
    int used = 0, offset_s;
    double second = 0;
    bool is_utc;

    if (sscanf(text, "%4d-%2d-%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &used) < 3)
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    struct tm as_it_is = tm;
    if (timegm(&as_it_is) < 0 || as_it_is.tm_mday != tm.tm_mday || as_it_is.tm_mon != tm.tm_mon)
        return false; /* the 31st of June */
    text += used;
    if (*text == 'T' || *text == ' ') {
        if (sscanf(++text, "%2d:%2d%n", &tm.tm_hour, &tm.tm_min, &used) < 2)
            return false;
        text += used;
        if (*text == ':') {
            char *end;
            second = strtod(++text, &end);
            if (end == text || second < 0 || second > 60)
                return false;
            text = end;
        }
    }
    if (!read_offset(text, &is_utc, &offset_s) || tm.tm_hour > 24 || tm.tm_min > 59)
        return false;
    int64_t seconds = is_utc ? (int64_t)timegm(&tm) - offset_s : (int64_t)mktime(&tm);
    *to_ms = seconds * MS_PER_S + (int64_t)(second * (double)MS_PER_S + 0.5);
    return true;
}

bool when_read(const char *text, int64_t now_ms, int64_t *to_ms)
{
    return read_word(text, now_ms, to_ms) || read_relative(text, now_ms, to_ms) ||
           read_digits(text, to_ms) || read_date(text, to_ms);
}

/* ---- site time without a zone behind it ---------------------------------------------------- */

static bool reads_the_same(int64_t a_ms, int64_t b_ms)
{
    time_t a = (time_t)(a_ms / MS_PER_S), b = (time_t)(b_ms / MS_PER_S);
    struct tm one, other;

    return localtime_r(&a, &one) && localtime_r(&b, &other) && one.tm_mday == other.tm_mday &&
           one.tm_hour == other.tm_hour && one.tm_min == other.tm_min;
}

/* "" or ".033243": the first three digits, as they stand. */
static bool read_fraction(const char *text, int *ms)
{
    *ms = 0;
    if (!*text)
        return true;
    if (*text++ != '.' || !*text || strspn(text, "0123456789") != strlen(text))
        return false;
    for (int worth = 100; *text && worth; worth /= 10)
        *ms += (*text++ - '0') * worth;
    return true;
}

bool when_site(const char *text, int64_t last_ms, int64_t *to_ms)
{
    static const int64_t shifts_ms[] = {3600000, 1800000}; /* Lord Howe turns by half an hour */
    enum { FIVE_MINUTES_MS = 300000 };
    char clock[20];
    int64_t first;
    int ms;

    snprintf(clock, sizeof clock, "%s", text);
    if (!text_fits(clock, "0000-00-00 00:00:00") || !read_date(clock, &first) ||
        !read_fraction(text + strlen(clock), &ms))
        return false;
    int64_t second = first;
    for (size_t i = 0; i < sizeof shifts_ms / sizeof *shifts_ms && first == second; i++) {
        if (reads_the_same(first, first - shifts_ms[i]))
            first -= shifts_ms[i];
        else if (reads_the_same(first, first + shifts_ms[i]))
            second += shifts_ms[i];
    }
    *to_ms = (first < last_ms - FIVE_MINUTES_MS ? second : first) + ms;
    return true;
}

const char *site_text(int64_t at_ms, char to[SITE_TEXT])
{
    time_t seconds = (time_t)(at_ms / MS_PER_S);
    struct tm tm = {0};

    localtime_r(&seconds, &tm);
    size_t used = strftime(to, SITE_TEXT, "%Y-%m-%d %H:%M:%S", &tm);
    snprintf(to + used, SITE_TEXT - used, ".%03d000", (int)(at_ms % MS_PER_S));
    return to;
}

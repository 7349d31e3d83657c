/* Time, date and temperature, as a MATE hands them round (drivers/mate/duties.h). */
#include "drivers/mate/duties.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <time.h>

/* A MATE tells the time twice a minute, date and temperature once. */
static const int64_t TURN_US = 30000000, EARLY_US = 1000000, SUMMARY_US = INT64_C(86400000000);
enum { SENSOR_LEAST = 10, SENSOR_MOST = 245 };

// clang-format off
const struct setting mate_time_settings[] = {
    { "keep_time", YESNO, "no", 0, 0, NULL, "Tell it the site's time, as a MATE does; only where there is no MATE, and with allow_tell = yes" },
    SETTINGS_END,
};
// clang-format on

bool mate_is_temperature(uint16_t raw)
{
    return raw >= SENSOR_LEAST && raw <= SENSOR_MOST;
}

static bool is_kind(const struct device *d, const struct driver *kind)
{
    return d->driver == kind && d->state == ONLINE;
}

/* Once: what is lost is told anew at its next turn. */
static int write_once(struct device *who, struct mate_duties *s, struct device *unit, uint16_t at,
                      uint16_t value, uint64_t *count)
{
    char what[100];
    uint16_t reply = 0;
    int rc = mate_write(unit, at, value, &reply);

    if (rc == OK) {
        ++*count;
        complaint_over(&s->trouble, who->name, "duties: taken again");
        return OK;
    }
    s->failed++;
    (void)snprintf(what, sizeof what, "duties: %.40s did not take register %04X (%s)", unit->name,
                   at, error_text(rc));
    complain(&s->trouble, who->name, what);
    return rc;
}

/* ---- the time ------------------------------------------------------------------------------ */

static bool local_now(struct mate_duties *s, struct device *who, struct tm *to)
{
    int64_t wall_ms = clock_wall_ms();
    time_t seconds = (time_t)(wall_ms / MS_PER_S);

    if (clock_is_trusted(wall_ms) && localtime_r(&seconds, to)) {
        s->is_clock_told = false;
        return true;
    }
    if (!s->is_clock_told)
        log_warn(who->name, "duties: this machine's clock was never set; no time is told");
    s->is_clock_told = true;
    return false;
}

/* Each gets the time of its own moment. ERR_ABSENT: nobody knows what time it is. */
static int tell_time(struct device *who, struct mate_duties *s, struct device *unit)
{
    struct tm t;

    if (!local_now(s, who, &t))
        return ERR_ABSENT;
    return write_once(who, s, unit, REG_TIME,
                      mate_time_word((unsigned)t.tm_hour, (unsigned)t.tm_min, (unsigned)t.tm_sec),
                      &s->times);
}

static uint16_t date_of(const struct tm *t)
{
    return mate_date_word((unsigned)t->tm_year + 1900u, (unsigned)t->tm_mon + 1u,
                          (unsigned)t->tm_mday);
}

/* Once a minute; and at once when it is another day, since the time is told too. */
static bool is_date_due(struct device *who, struct mate_duties *s)
{
    struct tm t;

    return local_now(s, who, &t) && (s->turns % 2 || date_of(&t) != s->date);
}

/* Only a FLEXnet gets the date. */
static int tell_date(struct device *who, struct mate_duties *s, struct device *unit)
{
    struct tm t;

    if (!local_now(s, who, &t))
        return ERR_ABSENT;
    int rc = write_once(who, s, unit, REG_DATE, date_of(&t), &s->dates);
    if (!rc)
        s->date = date_of(&t);
    return rc;
}

/* Chargers first, as a MATE does. FX have no clock. */
static int keep_time(struct device *who, struct mate_duties *s, struct device *const *them,
                     unsigned count)
{
    bool has_date = is_date_due(who, s);
    int rc = OK;

    for (unsigned i = 0; i < count && rc != ERR_STOPPED && rc != ERR_GONE; i++)
        if (is_kind(them[i], &driver_mate_mx))
            rc = tell_time(who, s, them[i]);
    for (unsigned i = 0; i < count && rc != ERR_STOPPED && rc != ERR_GONE; i++)
        if (is_kind(them[i], &driver_mate_dc)) {
            rc = tell_time(who, s, them[i]);
            if (!rc && has_date)
                rc = tell_date(who, s, them[i]);
        }
    return rc;
}

/* ---- the temperature ------------------------------------------------------------------------- */

/* The first charger whose sensor says something possible. */
static bool find_temperature(struct device *const *them, unsigned count, uint16_t *raw)
{
    for (unsigned i = 0; i < count; i++)
        if (is_kind(them[i], &driver_mate_mx) && !mate_read(them[i], REG_TEMPERATURE, raw) &&
            mate_is_temperature(*raw))
            return true;
    return false;
}

static int share_temperature(struct device *who, struct mate_duties *s, struct device *const *them,
                             unsigned count)
{
    uint16_t raw = 0;
    int rc = OK;

    if (!find_temperature(them, count, &raw))
        return OK; /* an old number would be believed for ever */
    for (unsigned i = 0; i < count && rc != ERR_STOPPED && rc != ERR_GONE; i++)
        if (is_kind(them[i], &driver_mate_fx) || is_kind(them[i], &driver_mate_dc))
            rc = write_once(who, s, them[i], REG_TELL_TEMPERATURE, raw, &s->temperatures);
    return rc;
}

/* ---- when ------------------------------------------------------------------------------------ */

static bool may(struct device *who, struct mate_duties *s)
{
    if (section_yes(who->section, "allow_tell"))
        return true;
    if (!s->is_refusal_told)
        log_warn(who->name, "duties write to devices: they also need allow_tell = yes");
    s->is_refusal_told = true;
    return false;
}

bool mate_duties_are_due(struct mate_duties *s, int64_t now)
{
    if (!s->next_us) {
        s->next_us = now + TURN_US;
        s->summary_us = now + SUMMARY_US;
    }
    if (now + EARLY_US < s->next_us) /* a round that was quick must not wait for the next one */
        return false;
    s->next_us += TURN_US;
    if (s->next_us <= now) /* rounds are further apart than that */
        s->next_us = now + TURN_US;
    s->turns++;
    return true;
}

static void summarize(struct device *who, struct mate_duties *s, int64_t now)
{
    if (!s->is_announced)
        log_note(who->name, "duties: the units are told what a MATE would tell them");
    s->is_announced = true;
    if (now < s->summary_us)
        return;
    s->summary_us = now + SUMMARY_US;
    log_note(who->name,
             "duties since the start: time %llu, date %llu, temperature %llu, failed %llu",
             (unsigned long long)s->times, (unsigned long long)s->dates,
             (unsigned long long)s->temperatures, (unsigned long long)s->failed);
}

void mate_duties_do(struct device *who, struct mate_duties *s, struct device *const *them,
                    unsigned count)
{
    bool keeps = section_yes(who->section, "keep_time");
    bool shares = who->driver == &driver_mate && section_yes(who->section, "share_temperature");
    int64_t now = clock_us();
    int rc = OK;

    if (!(keeps || shares) || !may(who, s) || !mate_duties_are_due(s, now))
        return;
    summarize(who, s, now);
    if (keeps)
        rc = keep_time(who, s, them, count);
    if (shares && s->turns % 2 && rc != ERR_STOPPED && rc != ERR_GONE)
        rc = share_temperature(who, s, them, count);
    if (rc)
        log_debug(who->name, "duties: %s", error_text(rc));
}

/* Faults, pauses and sleep of a device (drivers/silence.h). */
#include "drivers/silence.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/sun.h"
#include "base/text.h"
#include "drivers/device.h"

#include <string.h>

static const int64_t S_US = 1000000;
/* A silent unit costs the others one time-out after 2, 4, 8... seconds, then once a minute. */
static const int64_t SILENT_FIRST_US = 2000000, SILENT_MOST_US = 60000000;
enum { SPARED = 10, SILENT_ROUNDS_MOST = 16 }; /* by then the pause has long been the longest */

/* In the twilight it comes and goes. Asleep, awake, asleep is told, and after that no more until
 * nothing was told for so long: so the last word is right in the evening and in the morning. */
enum { ALOUD_MOST = 3 };
static const int64_t ALOUD_US = INT64_C(7200) * 1000000;
/* The highest power heard stands for the rating, once it is more than a morning's. */
static const double RATED_LEAST_W = 200;

void silence_init(struct device *d)
{
    const char *word = d->section ? section_text(d->section, "sleeps") : "";

    d->silence.may_sleep =
        !strcmp(word, "yes") || (strcmp(word, "no") != 0 && d->driver->sleeps_at_night);
}

/* ---- what is known -------------------------------------------------------------------------- */

/* A clock that was never set does not know the sun either. */
static bool is_sun_known(const struct device *d)
{
    return d->sky && d->sky->is_known && clock_is_trusted(clock_wall_ms());
}

static double rating(const struct device *d)
{
    double said = d->section ? section_number(d->section, "peak_power") : 0;

    if (!(said > 0) && d->driver->rated_w)
        said = d->driver->rated_w(d);
    if (said > 0)
        return said;
    return d->silence.most_w >= RATED_LEAST_W ? d->silence.most_w : 0;
}

static struct signs look(const struct device *d)
{
    const struct silence *s = &d->silence;
    struct signs signs = {.is_sun_known = is_sun_known(d), .last_w = s->last_w};

    if (signs.is_sun_known)
        signs.sun_deg = sun_height(d->sky->latitude, d->sky->longitude, clock_wall_ms());
    signs.rated_w = rating(d);
    signs.is_power_known = s->is_power_known && signs.rated_w > 0;
    signs.silent_us = s->since_us ? clock_us() - s->since_us : 0;
    return signs;
}

bool silence_is_absence(int rc)
{
    return (rc <= ERR_TIMEOUT && rc >= ERR_GARBAGE) || rc == ERR_GONE || rc == ERR_IO;
}

static struct sleep if_silent(const struct device *d)
{
    struct sleep sleep = d->silence.sleep;
    struct signs signs = look(d);

    if (d->silence.may_sleep)
        sleep_step(&sleep, &signs);
    return sleep;
}

/* Nobody can know: without a site there is no sun, and without a reading no evening. */
static bool is_anybodys_guess(const struct device *d)
{
    return d->silence.may_sleep && !d->silence.is_heard && !is_sun_known(d);
}

bool silence_is_excused(const struct device *d)
{
    return if_silent(d).rest == REST_ASLEEP || (is_anybodys_guess(d) && d->trouble.count);
}

static void say_reason(const struct device *d, enum sleep_reason reason, char *to, size_t size)
{
    struct text t = text_on(to, size);

    if (reason == SLEEP_SUN)
        text_add(&t, "the sun is down");
    else
        text_format(&t, "its last reading was %.0f W of %.0f", d->silence.last_w, rating(d));
}

bool silence_is_sleep(const struct device *d, char *why, size_t size)
{
    struct sleep sleep = if_silent(d);

    say_reason(d, sleep.reason, why, size);
    return sleep.rest == REST_ASLEEP;
}

/* ---- sleep ---------------------------------------------------------------------------------- */

static enum log_level loudness(struct silence *s)
{
    int64_t now = clock_us();

    if (now - s->told_us > ALOUD_US)
        s->told = 0;
    if (s->told == ALOUD_MOST)
        return LOG_LEVEL_INFO;
    s->told++;
    s->told_us = now;
    return LOG_LEVEL_NOTE;
}

/* "9 h 12 min" */
static const char *how_long(int64_t us, char *to, size_t size)
{
    int64_t minutes = us / S_US / 60;
    struct text t = text_on(to, size);

    if (minutes < 1)
        text_format(&t, "%lld s", (long long)(us / S_US));
    else if (minutes < 60)
        text_format(&t, "%lld min", (long long)minutes);
    else
        text_format(&t, "%lld h %lld min", (long long)(minutes / 60), (long long)(minutes % 60));
    return to;
}

static void tell_sleep(struct device *d)
{
    char why[80];

    say_reason(d, d->silence.sleep.reason, why, sizeof why);
    log_say(loudness(&d->silence), d->name, "asleep: %s", why);
    d->silence.is_told = true;
}

/* Another round without an answer. True: it is asleep. */
static bool fall_silent(struct device *d)
{
    struct silence *s = &d->silence;
    enum rest before = s->sleep.rest;

    if (!s->since_us)
        s->since_us = clock_us();
    struct signs signs = look(d);
    sleep_step(&s->sleep, &signs);
    if (s->sleep.rest != REST_ASLEEP)
        return false;
    if (before != REST_ASLEEP) {
        s->slept_us = clock_us();
        s->is_told = false;
        d->trouble = (struct complaint){0}; /* what began as a fault was the evening */
    }
    /* Who was never heard is told of in its second round: a snapshot by night is no news. */
    if (!s->is_told && (s->is_heard || before == REST_ASLEEP))
        tell_sleep(d);
    return true;
}

/* It is tried every round, so that it is back with the first one after dawn. */
static int sleep_on(struct device *d)
{
    d->state = SILENT;
    d->last_error = ERR_ASLEEP;
    d->silent_rounds = 0;
    d->next_try_us = clock_us();
    d->is_met = d->is_greeted = false;
    return ERR_ASLEEP;
}

/* ---- faults --------------------------------------------------------------------------------- */

static void complain_of(struct device *d, int rc, bool was_asleep)
{
    char what[CAME_ROOM + 200], came[CAME_ROOM], slept[40];
    struct text t = text_on(what, sizeof what);
    bool is_guess = silence_is_absence(rc) && is_anybodys_guess(d);

    text_format(&t, "%s (address %u)%s", error_text(rc), d->address, device_came(d, rc, came));
    if (was_asleep)
        text_format(&t, ": it should be awake again, after %s",
                    how_long(clock_us() - d->silence.since_us, slept, sizeof slept));
    if (is_guess && !(d->sky && d->sky->is_known))
        text_add(&t, "; it may be asleep: [site] latitude and longitude would tell");
    (is_guess ? complain_rarely : complain)(&d->trouble, d->name, what);
}

/* Out of turn: one short question costs a unit that was heard before as long as its answers usually
 * take. All such questions of a wire together take a tenth of its time, at most. */
static bool may_be_asked_soon(const struct device *d)
{
    return d->speech && d->speech->is_short_to_ask && d->pace.is_known && !d->silence.may_sleep;
}

bool silence_begin(struct device *d)
{
    int64_t now = clock_us();

    if (d->state == SILENT && now < d->next_try_us &&
        (!may_be_asked_soon(d) || now < d->silence.soon_us || now < d->bus->spared_us))
        return false;
    d->silence.asked_us = now;
    return true;
}

static void spare_the_others(struct device *d)
{
    int64_t now = clock_us(), spared = now + SPARED * (now - d->silence.asked_us);

    if (d->silent_rounds > 1) /* its first silent round had more tries */
        d->bus->spared_us = spared;
    d->silence.soon_us = now + SILENT_FIRST_US;
}

int silence_note(struct device *d, int rc)
{
    bool was_asleep = d->silence.sleep.rest == REST_ASLEEP;
    int64_t pause = SILENT_FIRST_US;

    if (d->silence.may_sleep && silence_is_absence(rc) && fall_silent(d))
        return sleep_on(d);
    d->last_error = rc;
    if (d->state != SILENT && rc != ERR_PROTOCOL) /* which is spoken however well it answers */
        d->silent_rounds = 0;
    d->silent_rounds += d->silent_rounds < SILENT_ROUNDS_MOST;
    for (unsigned i = 1; i < d->silent_rounds && pause < SILENT_MOST_US; i++)
        pause *= 2;
    d->next_try_us = clock_us() + (pause < SILENT_MOST_US ? pause : SILENT_MOST_US);
    if (silence_is_absence(rc) && is_anybodys_guess(d))
        d->next_try_us = clock_us(); /* like one that is asleep */
    spare_the_others(d);
    d->state = SILENT;
    d->is_met = d->is_greeted = false; /* who answers next may be another */
    complain_of(d, rc, was_asleep);
    return rc;
}

int silence_note_line(struct device *d, int rc)
{
    if (!d->silence.may_sleep)
        return rc;
    if (rc == ERR_BUSY || rc == ERR_STOPPED) /* that says nothing of the device */
        return d->silence.sleep.rest == REST_ASLEEP ? ERR_ASLEEP : rc;
    if (!silence_is_absence(rc))
        return rc;
    if (fall_silent(d))
        return sleep_on(d);
    if (is_anybodys_guess(d))
        complain_of(d, rc, false);
    return rc;
}

/* ---- answers -------------------------------------------------------------------------------- */

void silence_over(struct device *d)
{
    struct silence *s = &d->silence;
    char slept[40];

    d->state = ONLINE;
    d->last_error = OK;
    d->silent_rounds = 0;
    if (s->sleep.rest == REST_ASLEEP) {
        if (s->is_told)
            log_say(loudness(s), d->name, "awake%s, after %s", s->is_heard ? " again" : "",
                    how_long(clock_us() - s->slept_us, slept, sizeof slept));
        d->trouble = (struct complaint){0};
    }
    complaint_over(&d->trouble, d->name, "answers again");
    s->sleep = (struct sleep){0};
    s->since_us = 0;
    s->is_heard = true;
}

void silence_hear(struct device *d, const struct reading *r)
{
    struct silence *s = &d->silence;

    if (!reading_get(r, M_OUTPUT_POWER, &s->last_w) && !reading_get(r, M_PV_POWER, &s->last_w))
        return; /* a block was lost: what it said before holds */
    s->is_power_known = true;
    s->most_w = s->last_w > s->most_w ? s->last_w : s->most_w;
}

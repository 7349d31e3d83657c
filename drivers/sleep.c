/* When silence is sleep (drivers/sleep.h). */
#include "drivers/sleep.h"

static const double HORIZON_DEG = -0.8; /* the upper edge of a setting sun, lifted by the air */
static const double LOW_DEG = 15;       /* under this, clouds or a hill may keep it asleep */
static const double IDLE_SHARE = 0.02;  /* of its rating: there is next to nothing left */
/* Longer than a night between two days that panels can use. */
static const int64_t LONGEST_US = INT64_C(20) * 3600 * 1000000;

static bool is_sun_down(const struct signs *now)
{
    return now->is_sun_known && now->sun_deg < HORIZON_DEG;
}

/* An unknown sun may be low. */
static bool may_be_low(const struct signs *now)
{
    return !now->is_sun_known || now->sun_deg < LOW_DEG;
}

static enum sleep_reason reason_to_begin(const struct signs *now)
{
    if (is_sun_down(now))
        return SLEEP_SUN;
    if (now->is_power_known && now->last_w < IDLE_SHARE * now->rated_w && may_be_low(now))
        return SLEEP_POWER;
    return SLEEP_NO_REASON;
}

static bool goes_on(const struct signs *now)
{
    return is_sun_down(now) || (now->silent_us < LONGEST_US && may_be_low(now));
}

void sleep_step(struct sleep *s, const struct signs *now)
{
    switch (s->rest) {
    case REST_NONE:
        s->reason = reason_to_begin(now);
        s->rest = s->reason ? REST_ASLEEP : REST_MISSING;
        s->may_begin_late = may_be_low(now);
        break;
    case REST_ASLEEP:
        /* Once missing it stays so until it answers: a fault must not vanish every evening. */
        if (!goes_on(now))
            *s = (struct sleep){.rest = REST_MISSING};
        break;
    case REST_MISSING:
        if (s->may_begin_late && is_sun_down(now))
            *s = (struct sleep){.rest = REST_ASLEEP, .reason = SLEEP_SUN};
        else if (!may_be_low(now))
            s->may_begin_late = false;
        break;
    }
}

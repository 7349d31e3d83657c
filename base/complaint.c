/* Trouble told rarely (base/complaint.h). */
#include "base/complaint.h"

#include "base/clock.h"
#include "base/log.h"

#include <inttypes.h>

static const int64_t FIRST_US = 60 * INT64_C(1000000), LONGEST_US = 3600 * INT64_C(1000000),
                     RARE_US = 6 * 3600 * INT64_C(1000000);

static void say(struct complaint *c, const char *who, const char *what, int64_t first_us,
                int64_t longest_us)
{
    int64_t now = clock_us();

    if (c->count++ == 0) {
        log_warn(who, "%s", what);
        c->interval_us = first_us;
    } else if (now >= c->next_us) {
        log_warn(who, "%s, still (%" PRIu32 " times)", what, c->count);
        c->interval_us = c->interval_us * 2 < longest_us ? c->interval_us * 2 : longest_us;
    } else {
        return;
    }
    c->next_us = now + c->interval_us;
}

void complain(struct complaint *c, const char *who, const char *what)
{
    say(c, who, what, FIRST_US, LONGEST_US);
}

void complain_rarely(struct complaint *c, const char *who, const char *what)
{
    say(c, who, what, RARE_US, RARE_US);
}

void complaint_over(struct complaint *c, const char *who, const char *what)
{
    if (c->count)
        log_note(who, "%s (after %" PRIu32 " failures)", what, c->count);
    *c = (struct complaint){0};
}

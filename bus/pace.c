/* A running mean and deviation, as TCP keeps them (bus/pace.h). */
#include "bus/pace.h"

#include <stddef.h>

/* Long answers of one controller pause 250 ms in the middle. */
static const int64_t PATIENT_PAUSE_US = 300000;
/* A USB adapter hands its bytes over every 16 ms: never be less patient than two of those. */
static const int64_t LEAST_US = 40000, LEAST_PAUSE_US = 40000;

static int64_t doubled(int64_t us, unsigned attempt, int64_t most_us)
{
    for (; attempt > 1 && us < most_us; attempt--)
        us *= 2;
    return us < most_us ? us : most_us;
}

int64_t pace_wait_us(const struct pace *p, unsigned attempt, int64_t most_us)
{
    int64_t us;

    if (!p || !p->is_known)
        return most_us;
    us = p->usual_us + 4 * p->spread_us + 10000;
    return doubled(us > LEAST_US ? us : LEAST_US, attempt, most_us);
}

int64_t pace_pause_us(const struct pace *p, unsigned attempt)
{
    int64_t us;

    if (!p || !p->is_known)
        return PATIENT_PAUSE_US;
    if (attempt > 1)
        return PATIENT_PAUSE_US; /* short answers do not tell of the pause inside long ones */
    us = 2 * p->pause_us + 10000;
    us = us > LEAST_PAUSE_US ? us : LEAST_PAUSE_US;
    return us < PATIENT_PAUSE_US ? us : PATIENT_PAUSE_US;
}

struct pace pace_guess(const struct pace *neighbours)
{
    struct pace guess = *neighbours;

    if (guess.spread_us < LEAST_US / 2)
        guess.spread_us = LEAST_US / 2; /* some 100 ms of patience where answers take 10 */
    guess.pause_us += PATIENT_PAUSE_US / 4;
    return guess;
}

void pace_learn(struct pace *p, int64_t first_us, int64_t pause_us)
{
    if (!p)
        return;
    if (!p->is_known) {
        *p = (struct pace){true, first_us, first_us / 2, pause_us};
        return;
    }
    int64_t off = first_us > p->usual_us ? first_us - p->usual_us : p->usual_us - first_us;
    p->spread_us += (off - p->spread_us) / 4;
    p->usual_us += (first_us - p->usual_us) / 8;
    if (pause_us > p->pause_us)
        p->pause_us = pause_us;
    else
        p->pause_us -= (p->pause_us - pause_us) / 64; /* a long pause is remembered long */
}

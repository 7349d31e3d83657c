/* Wall and monotonic time, and the hands a test can turn (base/clock.h). */
#include "base/clock.h"

#include "base/lock.h"

#include "base/text.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

static const int64_t US_PER_S = 1000000;
static const long NS_PER_S = 1000000000;

static _Atomic int64_t taken_us = -1; /* the hands: microseconds since they were taken */
static _Atomic int64_t taken_wall_ms;

bool clock_is_taken(void)
{
    return taken_us >= 0;
}

void clock_take(int64_t wall_ms)
{
    taken_wall_ms = wall_ms;
    taken_us = 0;
}

void clock_step(int64_t ms)
{
    taken_wall_ms += ms;
}

void clock_give_back(void)
{
    taken_us = -1;
}

int64_t clock_worked_us(void)
{
    struct timespec worked = {0};

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &worked);
    return (int64_t)worked.tv_sec * US_PER_S + worked.tv_nsec / 1000;
}

/* ---- the rate ------------------------------------------------------------------------------ */

enum { RATE_ONE = 1000 };
static const int64_t LONGEST_US = INT64_MAX / 16384; /* 17 years; times the highest rate it fits */

/* Set before the first thread begins, and read only after that. */
static int64_t rate = RATE_ONE; /* in thousandths */
static int64_t right_ms;        /* when the wall clock was right */

static int64_t scaled(int64_t span)
{
    return span / RATE_ONE * rate + span % RATE_ONE * rate / RATE_ONE;
}

static int64_t true_wall_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * MS_PER_S + now.tv_nsec / 1000000;
}

int clock_set_rate(const char *text)
{
    char number[40] = "1";
    const char *at = text ? strchr(text, '@') : NULL;
    int64_t since_ms = true_wall_ms();
    double times;

    if (text && *text) {
        struct text first = text_on(number, sizeof number);
        text_bytes(&first, text, at ? (size_t)(at - text) : strlen(text));
        if (first.is_cut)
            return ERR_USAGE;
    }
    if (!number_read(number, &times) || times < 0.1 || times > 1000)
        return ERR_USAGE;
    if (at && (!integer_read(at + 1, &since_ms) || !clock_is_possible(since_ms)))
        return ERR_USAGE;
    rate = (int64_t)(times * (double)RATE_ONE + 0.5);
    right_ms = since_ms;
    return OK;
}

double clock_rate(void)
{
    return (double)rate / (double)RATE_ONE;
}

bool clock_is_rated(void)
{
    return rate != RATE_ONE;
}

int64_t clock_real_us(int64_t us)
{
    us = us < 0 ? 0 : us < LONGEST_US ? us : LONGEST_US;
    return us / rate * RATE_ONE + (us % rate * RATE_ONE + rate - 1) / rate;
}

int64_t clock_made_us(int64_t real_us)
{
    return scaled(real_us < LONGEST_US ? real_us : LONGEST_US);
}

/* ---- as the machine has it ----------------------------------------------------------------- */

/* So long here, in the machine's time. */
static struct timespec span_of(int64_t us)
{
    us = clock_real_us(us);
    return (struct timespec){.tv_sec = (time_t)(us / US_PER_S),
                             .tv_nsec = (long)(us % US_PER_S) * 1000};
}

struct timespec clock_after(int64_t us)
{
    struct timespec at, span = span_of(us);

    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += span.tv_sec;
    at.tv_nsec += span.tv_nsec;
    if (at.tv_nsec >= NS_PER_S) {
        at.tv_nsec -= NS_PER_S;
        at.tv_sec++;
    }
    return at;
}

int clock_poll(struct pollfd *fds, unsigned count, int64_t us)
{
    struct timespec limit = span_of(us);
    int ready = ppoll(fds, count, &limit, NULL);

    return ready < 0 && errno == EINTR ? 0 : ready;
}

/* ---- as the program sees it ---------------------------------------------------------------- */

int64_t clock_us(void)
{
    struct timespec now;
    int64_t taken = taken_us;

    if (taken >= 0)
        return taken;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return scaled((int64_t)now.tv_sec * US_PER_S + now.tv_nsec / 1000);
}

int64_t clock_wall_ms(void)
{
    int64_t taken = taken_us;

    if (taken >= 0)
        return taken_wall_ms + taken / US_PER_MS;
    return right_ms + scaled(true_wall_ms() - right_ms);
}

void clock_sleep_us(int64_t us)
{
    struct timespec left = span_of(us);

    if (us <= 0)
        return;
    lock_hold_none("a sleep");
    if (clock_is_taken()) {
        taken_us += us;
        return;
    }
    while (nanosleep(&left, &left) && errno == EINTR)
        ;
}

const char *clock_iso(int64_t wall_ms, char to[CLOCK_TEXT])
{
    time_t seconds = (time_t)(wall_ms / MS_PER_S);
    struct tm parts;

    gmtime_r(&seconds, &parts);
    strftime(to, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return to;
}

bool clock_is_trusted(int64_t wall_ms)
{
    static const int64_t first = 1767225600000 /* 2026 */, last = 2524608000000 /* 2050 */;

    return wall_ms >= first && wall_ms < last;
}

bool clock_is_possible(int64_t wall_ms)
{
    return wall_ms >= 946684800000 && wall_ms < 4102444800000 /* 2100 */;
}

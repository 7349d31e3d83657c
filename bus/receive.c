/* Is it the answer, an echo, or another's? (bus/receive.h) */
#include "bus/receive.h"

#include "base/clock.h"

#include <string.h>

/* An answer before its question has ended is none. Clocks and queues are not exact to less. */
static const int64_t EARLY_US = 5000;
/* Bytes may come for ever, and no answer with them: some bridges give garbage all the time. After
 * its turn and the time that the longest one takes, no answer needs this much more. */
static const int64_t ENDLESS_US = 1000000;

int bus_hear(struct bus *bus, uint8_t *to, size_t size, int64_t wait_us)
{
    int n = bus->line->receive(bus, to, size, wait_us);

    if (n > 0)
        bus->last_byte_us = clock_us();
    return n;
}

static bool strip_echo(struct bus *bus, const struct ask *ask, struct answer *a, bool *is_due)
{
    if (!bus->strips_echo || !*is_due)
        return false;
    if (a->length < ask->length)
        return memcmp(a->bytes, ask->bytes, a->length) == 0; /* still coming */
    *is_due = false;
    if (memcmp(a->bytes, ask->bytes, ask->length))
        return false;
    a->length -= ask->length;
    memmove(a->bytes, a->bytes + ask->length, a->length);
    return false;
}

/* Bytes stopped coming before the answer was whole: what was that? */
static int judge_silence(const struct ask *ask, const struct answer *a)
{
    if (!a->length)
        return ERR_TIMEOUT;
    if (a->length >= ask->length && !memcmp(a->bytes, ask->bytes, ask->length))
        return ERR_ECHO; /* alone, or with an answer behind it */
    return a->bytes[0] == (ask->opening ? ask->opening : ask->bytes[0]) ? ERR_SHORT : ERR_GARBAGE;
}

/* Bytes that cannot be an answer, because the question was still being said when they came. An
 * adapter's echo may be that quick, and zeros, which fill reports, are nobody's answer. */
static bool is_early(const struct bus *bus, const struct ask *ask, const struct answer *a,
                     int64_t ended_us)
{
    size_t zeros = 0, length;

    if (!bus->has_true_speed || clock_us() >= ended_us - EARLY_US)
        return false;
    while (zeros < a->length && !a->bytes[zeros])
        zeros++;
    length = a->length - zeros < ask->length ? a->length - zeros : ask->length;
    return memcmp(a->bytes + zeros, ask->bytes, length) != 0;
}

/* How long its first byte may take: as was learned, and as long as the family may think when
 * nothing was learned, or when that was too short. */
static int64_t turn_us(const struct bus *bus, const struct ask *ask, const struct pace *pace,
                       unsigned attempt)
{
    int64_t us = pace_wait_us(pace, attempt, bus->wait_us);
    bool is_open = attempt > 1 || !pace->is_known;

    return is_open && ask->patience_us > us ? ask->patience_us : us;
}

/* The question itself, come back: nobody has answered yet. */
static bool is_echo(const struct ask *ask, const struct answer *a)
{
    return a->length == ask->length && !memcmp(a->bytes, ask->bytes, a->length);
}

/* What belongs behind the last answer came only now. */
static void drop_tail(const struct ask *ask, struct answer *a)
{
    size_t drop = 0;

    while (ask->tail && drop < a->length && a->bytes[drop] == ask->tail)
        drop++;
    a->length -= drop;
    memmove(a->bytes, a->bytes + drop, a->length);
}

/* When bytes came, for the pace. */
struct times {
    int64_t asked, first, longest;
    int64_t before; /* the last of them; 0: none yet */
};

static int64_t note_time(struct times *t)
{
    int64_t now = clock_us();

    if (!t->before)
        t->first = now - t->asked;
    else if (now - t->before > t->longest)
        t->longest = now - t->before;
    t->before = now;
    return now;
}

static void learn_pace(struct bus *bus, const struct ask *ask, const struct times *t)
{
    int64_t first = t->first > 0 ? t->first : 0;

    pace_learn(ask->pace, first, t->longest);
    pace_learn(&bus->pace, first, t->longest);
}

int receive_answer(struct bus *bus, const struct ask *ask, unsigned attempt, int64_t begun_us,
                   struct answer *a)
{
    int64_t ended = begun_us + (int64_t)ask->length * bus->byte_us;
    struct times t = {.asked = clock_us() + (int64_t)ask->length * bus->byte_us};
    struct pace guess = pace_guess(&bus->pace);
    const struct pace *pace = ask->pace && ask->pace->is_known ? ask->pace : &guess;
    int64_t turn = turn_us(bus, ask, pace, attempt), pause = pace_pause_us(pace, attempt);
    int64_t wait = t.asked - clock_us() + turn;
    int64_t end = t.asked + turn + ANSWER_MAX * bus->byte_us + ENDLESS_US;
    bool echo_is_due = true;

    a->length = 0;
    for (;;) {
        int n = bus_hear(bus, a->bytes + a->length, sizeof a->bytes - a->length, wait);
        if (n < 0)
            return n;
        if (n == 0)
            return judge_silence(ask, a);
        a->length += (size_t)n;
        drop_tail(ask, a);
        if (!a->length) { /* the turn-around goes on */
            wait = t.asked - clock_us() + turn;
            if (wait <= 0)
                return ERR_TIMEOUT;
            continue;
        }
        int64_t now = note_time(&t);
        wait = pause;
        if (is_early(bus, ask, a, ended)) {
            bus->misheard.is_early = true;
            return ERR_FOREIGN; /* said to somebody else, or long ago */
        }
        if (strip_echo(bus, ask, a, &echo_is_due))
            continue;
        if (!a->length) { /* that was our echo: now the turn-around begins */
            wait = t.asked - now + turn;
            t.before = 0;
            continue;
        }
        if (is_echo(ask, a))
            wait = t.asked - now + turn;
        int whole = ask->whole(ask, a->bytes, a->length);
        if (whole > 0 && (size_t)whole < a->length)
            return ERR_GARBAGE; /* something follows the answer: two were speaking */
        if (whole > 0 || whole == ERR_REFUSED)
            learn_pace(bus, ask, &t);
        if (whole)
            return whole > 0 ? OK : whole;
        if (a->length == sizeof a->bytes || now > end)
            return ERR_GARBAGE;
    }
}

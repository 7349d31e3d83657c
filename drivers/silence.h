/*
 * What it means when a device does not answer: a fault that is complained about, ever longer pauses
 * so that it costs the others little, or sleep, which costs a line in the evening and one in the
 * morning.
 */
#ifndef DRIVERS_SILENCE_H
#define DRIVERS_SILENCE_H

#include "drivers/sleep.h"
#include "metrics/reading.h"

#include <stdbool.h>
#include <stdint.h>

struct device;

struct silence {
    bool may_sleep; /* its panels feed it */
    struct sleep sleep;
    bool is_told;     /* that it is asleep */
    int64_t since_us; /* its first round without an answer; 0: it answers */
    int64_t slept_us; /* when it fell asleep */
    int64_t asked_us; /* its round began */
    int64_t soon_us;  /* it may be asked out of turn */
    unsigned told;    /* how often sleep was spoken of aloud lately... */
    int64_t told_us;  /* ...and when last */
    bool is_heard;    /* ever, since the start */
    bool is_power_known;
    double last_w, most_w; /* of its last reading, and the highest of all */
};

void silence_init(struct device *d);

/* Is it to be asked in this round? Then its round begins. */
bool silence_begin(struct device *d);

/* Its round came to nothing: `rc`, or ERR_ASLEEP. */
int silence_note(struct device *d, int rc);

/* The same when its line could not even be opened; then complaining is up to the bus. */
int silence_note_line(struct device *d, int rc);

void silence_over(struct device *d);
void silence_hear(struct device *d, const struct reading *r);

/* If it said nothing now, that would be no news: it is asleep, would be, or nobody can know and
 * it was told. Changes nothing. */
bool silence_is_excused(const struct device *d);

/* Would it be asleep if it were silent now, and why? In words; false: it would not. */
bool silence_is_sleep(const struct device *d, char *why, size_t size);

/* Misfortunes that look as if nobody were there. */
bool silence_is_absence(int rc);

#endif

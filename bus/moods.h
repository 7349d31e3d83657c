/*
 * What can go wrong on a wire, as moods of the simulated one: each with how often it happens.
 * Said by setting, by option ("collide=0.2,dead=3") or by script ("30 collide=0" in the 30th
 * second). The same moods serve the sim line and twins behind a pseudo-terminal or TCP.
 */
#ifndef BUS_MOODS_H
#define BUS_MOODS_H

#include "base/chance.h"
#include "base/section.h"
#include "bus/bus.h"

#include <stdint.h>

// clang-format off
/*    word        most  what happens */
#define MOODS(X)                                                                              \
    X(late,       1,    "the answer comes only after 0.3 to 0.9 s")                           \
    X(garbled,    1,    "bits of the answer are flipped")                                     \
    X(silent,     1,    "no answer comes")                                                    \
    X(cut,        1,    "the answer ends too soon")                                           \
    X(collide,    1,    "a second talker disturbs the exchange, in one of seven ways")        \
    X(refuse,     1,    "the device says no (for Modbus: exception 4)")                       \
    X(pause,      1000, "milliseconds of silence inside every long answer")                   \
    X(junk,       1,    "zeros before the answer, the end of an older one behind it")         \
    X(restart,    1,    "the unit begins anew, and has forgotten what it was told")           \
    X(dead,       255,  "the unit with this address never answers")
// clang-format on

#define MOOD_SETTING(word, most, text) {#word, NUMBER, "0", 0, most, NULL, "Mood: " text},
#define MOODS_SETTINGS                                                                             \
    MOODS(MOOD_SETTING){"script", TEXT, "", 0, 0, NULL, "A file of moods by the second"},

struct moods {
#define X(word, most, text) double word;
    MOODS(X)
#undef X
};

/* "collide=0.2,dead=3" changes what it names. Says what is wrong. */
int moods_parse(struct moods *m, const char *words, char *why, size_t size) MUST_CHECK;
void moods_from(struct moods *m, const struct section *section);

/* A frame that belongs to somebody else, good in itself. Written by the driver. */
typedef size_t stranger_fn(struct chance *c, uint8_t *to);

/* Spoils an exchange: changes the answer, or ERR_TIMEOUT when it never arrives. */
int moods_spoil(const struct moods *m, struct chance *c, stranger_fn *stranger,
                struct far_answer *a) MUST_CHECK;

#endif

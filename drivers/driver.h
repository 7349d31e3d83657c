/*
 * What a driver is: identity, three tables, and how its family speaks.
 *
 * All const: a driver keeps nothing between calls except in the memory the core hands it. The
 * core owns opening, lending, retry, schedule, silence, decoding by rows and the twin's clock.
 */
#ifndef DRIVERS_DRIVER_H
#define DRIVERS_DRIVER_H

#include "base/chance.h"
#include "base/section.h"
#include "bus/bus.h"
#include "bus/moods.h"
#include "drivers/row.h"
#include "metrics/control.h"
#include "metrics/reading.h"
#include "sim/plant.h"

#include <stddef.h>
#include <stdint.h>

struct device;
struct driver;
struct twin;

/* What a device has said of itself; false: it has not, or long ago. */
typedef bool said_fn(void *who, enum metric m, double *to);

enum { PAST_DAYS = 127 }; /* as many finished days are ever asked for */

/* A line a driver may sit on, and the adapters to look for there. */
struct speech;
struct place {
    const char *scheme;  /* NULL ends the list */
    const char *options; /* settings that differ from the line's usual ones: "speed=2400" */
    const char *usb_ids; /* "04e2:1411 1a86:55d3"; NULL: cannot be found by itself */
    /* Where the family speaks otherwise than elsewhere. NULL: as the driver says. */
    const struct speech *speech;
    const struct block *blocks;
};

enum { IDENTITY_TEXT = 48 };

/* Who a device says it is. Empty where it does not say. */
struct identity {
    char vendor[IDENTITY_TEXT], model[IDENTITY_TEXT], firmware[IDENTITY_TEXT],
        serial[IDENTITY_TEXT];
    bool is_total; /* no unit, but all of them together */

    /* Of a unit that is a whole device behind another one: */
    const struct driver *driver; /* NULL: it is like the one that speaks for it */
    uint64_t lacking;            /* blocks it does not know, by bits */
    int result;                  /* of its own round */
};

/* What a decoder knows besides the bytes, and what it keeps of those before them. */
enum { PAGES_MAX = 96, HEARD_MAX = 16 };
struct decoding {
    const struct row *rows;
    unsigned kind; /* which of the family it is, as was found out; 0: not known */
    /* A reading that comes in several answers, with numbers across their borders. */
    uint8_t pages[PAGES_MAX], have[PAGES_MAX];
    /* For who listens to a whole wire: what was heard of whom, by address, and what came last. */
    struct {
        uint8_t type, kind;
    } heard[HEARD_MAX];
    uint8_t last_address, last_page;
};

/* A frame of a tap's recording: a question, an answer, or both. */
struct tapped {
    size_t asked_length, answered_length;
    uint8_t asked[ASK_MAX], answered[ANSWER_MAX];
};

/*
 * How a family of devices speaks: its frames. Pure functions, so that they serve the wire,
 * captures, twins and fuzzing alike. Several drivers may share one speech (Modbus).
 */
struct speech {
    bool is_short_to_ask; /* a question that nobody answers costs little once its pace is learned */
    const char *words_help; /* what `helio ask` takes: "0x3100+5" */
    bool is_words;          /* answers are words, two bytes of check sum, and the line's end */
    /* Does the detail of a refusal mean "I have no such thing", or "not so much at once"? For
     * blocks of registers; NULL: it never does. */
    bool (*is_hole)(int detail);

    /* A block as a question to this address: fills the bytes, and all of ask but its pace. */
    int (*question)(uint8_t address, const struct block *b, uint8_t bytes[ASK_MAX],
                    struct ask *ask);

    /* Rewrites a question the other way, where firmwares differ in how they want it. false: this
     * one has only one way. NULL: none has. */
    bool (*other_way)(uint8_t *bytes, size_t length);

    /* A block that takes several questions: the n-th of them. false: there is none. NULL: each
     * block is one question, in smaller pieces if need be. */
    bool (*piece)(const struct row *rows, const struct block *b, unsigned n, struct block *to);

    /* Words of the command line to a block: "0x3100+5", "QPIGS". */
    int (*parse)(const char *words, struct block *to);

    /* Words that change something, as a block; ERR_DENIED for what nobody should send. NULL: there
     * are no such words. */
    int (*command)(const char *words, struct block *to, struct told *told);

    /* Takes one exchange apart: everything it says, or what is wrong with it (the words of
     * base/error.h). `detail` gets the number of an exception. */
    int (*decode)(struct decoding *how, const uint8_t *asked, size_t asked_length,
                  const uint8_t *answered, size_t answered_length, field_fn *each, void *to,
                  int *detail);
    const char *(*result)(int rc, int detail); /* in the family's own words; NULL: the usual */

    /* false: no such frame. NULL: there are no taps for this wire. */
    bool (*tapped)(const uint8_t *frame, size_t length, struct tapped *to);

    bool all_answer; /* some questions are for everybody at once: answers may collide */
    /* Is this question whole? 0 more to come, n whole, negative: drop a byte. For twins. */
    int (*heard)(const uint8_t *bytes, size_t length);
    int (*answer)(struct twin *t, const uint8_t *asked, size_t length, struct answer *a);
    void (*refuse)(const uint8_t *asked, size_t length, struct answer *a);
    /* What a twin says by itself, once a second: one packet after the other; ERR_ABSENT: no more.
     * NULL: it only answers. */
    int (*announce)(struct twin *t, unsigned which, uint64_t round, struct answer *a);
    stranger_fn *stranger;
};

/* How an older program called a row. */
struct other_name {
    const char *name, *native;
};

struct driver {
    const char *name;  /* config word and tag: "tracer" */
    const char *title; /* "EPsolar Tracer" */
    const char *proof; /* where its decoding was held against a real device; NULL: unproven */
    const struct place *places;
    struct {
        uint8_t first, last, usual;
        uint8_t probe_last; /* the scanner looks no further by itself */
    } addresses;
    size_t memory; /* private bytes of a device */
    size_t wire;   /* bytes that all its devices on one wire have together */

    const struct speech *speech;
    const struct block *blocks; /* name NULL ends them */
    const struct row *rows;
    const struct other_name *other_names; /* an older program's, by which rows are found as well */
    const struct command *commands;       /* NULL when nothing may be set */
    const struct setting *settings;       /* config words of its own */

    /* The kinds of its family by their words in the settings; 0: none. NULL: there are none. */
    unsigned (*kind)(const char *word);

    /* Before its numbers are believed: which kind is it? Once, and again after a silence. */
    int (*meet)(struct device *d);
    bool is_mute_before; /* it answers nothing at all until it was met */
    /* Its devices have no address but the one that we give them: `serial` says which is which. */
    bool gives_addresses;
    /* Whoever has one of these addresses gives it back. For the scanner; NULL: nobody has one. */
    int (*call_in)(struct device *d, uint8_t first, uint8_t last);
    int (*join)(struct device *d); /* takes a place in the wire's memory; before the first round */
    /* Does this answer, whatever was asked, say that somebody has begun anew? Then it is dealt
     * with, and true means: ask again. NULL: nobody ever says so. */
    bool (*has_begun_anew)(struct device *d, const struct answer *a);
    bool sleeps_at_night; /* its panels feed it: without sun it is not there */
    /* Watts it is rated at, by what it says of itself; 0: not known. NULL: it never says. */
    double (*rated_w)(const struct device *d);
    int (*greet)(struct device *d, struct identity *who);
    /* Where check sums are weak: must this answer be heard again before it is believed? What was
     * heard twice is not doubted. NULL: a right sum is enough. */
    bool (*doubts)(struct device *d, const uint8_t *asked, const uint8_t *answered, size_t length);
    /* One more block that is due in this round, after the live ones; NULL: none. */
    const struct block *(*also)(struct device *d, const struct reading *r);
    void (*derive)(struct device *d, struct reading *r); /* what follows from the rest */
    int (*tell)(struct device *d, const struct order *orders, size_t count, struct told *told);
    /* Would it refuse this alone, whatever the value, as far as it has said how it is? NULL: no. */
    bool (*is_vain)(const struct command *c, said_fn *said, void *who);
    /* What its family wants to be told by itself, after a whole round that may take its time. */
    void (*duty)(struct device *d);

    /* Units heard through this one, and what they are together: one after the other, after its
     * own round. ERR_ABSENT: there is none, or no other. */
    void (*forget)(struct device *d); /* what its memory holds; NULL: nothing */
    int (*others)(struct device *d, unsigned which, struct reading *r, struct identity *who);
    /* A unit behind it, as the device it is: it may be told something. ERR_ABSENT: nobody has this
     * serial number. NULL: its units cannot be told. */
    int (*unit)(struct device *d, const char *serial, struct device **to);

    /* What the device itself has kept of a finished day: 1 is yesterday by its own reckoning, up to
     * PAST_DAYS. `unit`: one behind it, by its serial number; "" is the device. ERR_ABSENT: it has
     * no such day. NULL: it keeps none. */
    int (*past_day)(struct device *d, const char *unit, unsigned ago, struct reading *r);

    size_t twin_memory;
    const char *const *twin_models; /* NULL ends them; the first is the usual one */
    int (*twin_begin)(struct twin *t);
    void (*twin_restart)(struct twin *t); /* it forgets what it was told; NULL: nothing */
    void (*twin_now)(struct twin *t);     /* fills t->state from the plant */
};

/* A device that does not exist. */
struct twin {
    const struct driver *driver;
    uint8_t address;
    unsigned place, of; /* which of how many: they share the plant */
    const char *model;
    char serial[IDENTITY_TEXT]; /* "": the driver's usual one, where it has one */
    unsigned dead;              /* the mood "dead", for those that stand for several units */
    unsigned kind;              /* of the family, for its rows */
    double nominal_v;
    const struct plant_now *plant;
    const struct plant *whole; /* to work out its past; NULL: unknown */
    int64_t wall_ms;           /* the plant's hour */
    struct reading state;
    void *memory;
};

#define DRIVER(name) extern const struct driver driver_##name;
#include "drivers/drivers.def"
#undef DRIVER

extern const struct driver *const drivers[]; /* NULL ends it */
const struct driver *driver_find(const char *name);

/* A row's own name for one that an older program gave it; any other stays as it is. */
const char *driver_native(const struct driver *driver, const char *name);

/* The settings its wires of this kind usually have: "speed=2400"; "" when nothing special. */
const char *driver_usual(const struct driver *driver, const char *scheme);

#endif

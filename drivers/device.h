/*
 * A device at run time: walks the blocks that are due, learns what the model does not have,
 * turns answers into a reading, and keeps away from a unit that does not answer.
 */
#ifndef DRIVERS_DEVICE_H
#define DRIVERS_DEVICE_H

#include "base/complaint.h"
#include "base/sun.h"
#include "drivers/driver.h"
#include "drivers/pieces.h"
#include "drivers/silence.h"

#include <stdbool.h>
#include <stdint.h>

enum { BLOCKS_MAX = 48 };

enum device_state { UNASKED, ONLINE, SILENT };

/* Questions in words: does this model know it? */
struct knowledge {
    bool is_known; /* was answered */
    uint8_t misses;
    int64_t again_us; /* refused for good: not asked before this */
};

struct device {
    const char *name;
    const struct driver *driver;
    const struct speech *speech; /* the driver's, or what is spoken on this line */
    const struct block *blocks;
    const struct section *section; /* its settings */
    struct bus *bus;
    uint8_t address;
    uint16_t index; /* among the devices of the plan */
    void *memory;   /* the driver's own */
    void *wire;     /* the same, of all its devices on this wire */
    bool owns_wire;

    enum device_state state;
    int last_error;
    const char *speaks; /* with ERR_PROTOCOL: what was heard, where its driver knows it */
    unsigned silent_rounds;
    int64_t next_try_us; /* a silent unit is asked ever more rarely */
    struct silence silence;
    const struct sky *sky; /* over its site; NULL: not known */
    unsigned returns;      /* of its line, when it was asked last */
    struct complaint trouble;
    struct pace pace;
    unsigned unbroken;           /* questions since one of its tries met with silence */
    struct pieces *pieces;       /* one a block, where blocks are registers */
    struct knowledge *knowledge; /* one a block, where they are words */
    bool has_answered;           /* in this round */
    bool wants_other_way;        /* it was found to hear speech->other_way, not the usual one */
    unsigned in_vain;    /* questions that it refused in this round before it answered any */
    struct decoding how; /* rows, and the kind of its family as its driver found out */
    bool is_met, is_meeting;
    unsigned next_slow; /* which slow block has its turn */
    struct identity identity;
    bool is_greeted;
    unsigned greetings; /* in vain */

    uint64_t rounds, complete; /* asked, and answered in every block */
    uint64_t withheld;         /* numbers that could not be true */
};

int device_init(struct device *d, const char *name, const struct driver *driver, struct bus *bus,
                uint8_t address, const struct section *section) MUST_CHECK;
void device_done(struct device *d);
/* The other one, which came first, is on the same wire and of the same driver. */
int device_share_wire(struct device *d, struct device *first) MUST_CHECK;

enum depth { LIVE_ONLY, WITH_SLOW };

/* One round: everything due goes into the reading. OK also when a slow block failed; an error
 * when the device did not answer (the reading then holds what came before), ERR_ASLEEP among them:
 * it is silent for a reason that is no fault. */
int device_round(struct device *d, enum depth depth, int64_t round_ms,
                 struct reading *r) MUST_CHECK;

/* Asks for one block, in as many pieces as this model needs; every field goes to `each`. */
int device_block(struct device *d, const struct block *b, field_fn *each, void *to) MUST_CHECK;

/* One raw question, as it is: no learning, but every retry the bus allows. */
int device_ask(struct device *d, const struct block *b, struct answer *a) MUST_CHECK;

/* The same for what changes something: said once, since a lost answer may mean it was done. */
int device_send(struct device *d, const struct block *b, struct answer *a) MUST_CHECK;

/* Which kind of its family it is, for a row that only some kinds have, where it is its live blocks
 * that say so. What they say goes to `each`. */
int device_learn_kind(struct device *d, const struct row *row, field_fn *each, void *to) MUST_CHECK;

/* The block that holds a row; the smallest question that answers it. */
bool device_block_for(const struct device *d, const struct row *row, struct block *to);

/* It was learned that this model has no such register: not lost this time, but never there. */
bool device_lacks(const struct device *d, uint8_t function, uint16_t at);
/* A round is over: what was refused in it counts towards what is believed to be missing. */
void device_learn(struct device *d);
uint64_t device_lacking(const struct device *d); /* questions in words it does not know, by bits */

/* Finishes a reading made of single blocks: what follows from the rest. */
void device_finish(struct device *d, struct reading *r);
void device_collect(void *reading, const struct field *field); /* a field_fn into a reading */

/* What came instead of an answer, to stand behind the error: "; what came was ...", or "". */
enum { CAME_ROOM = 400 };
const char *device_came(const struct device *d, int rc, char to[CAME_ROOM]);

extern const struct setting device_settings[];

#endif

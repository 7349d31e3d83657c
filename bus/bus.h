/*
 * One wire, and the one verb on it: talk.
 *
 * Every device here is spoken to and answers. What differs between wires (how bytes get there
 * and back) is a `struct line`; what differs between devices (what a whole answer looks like) is
 * a `whole_fn`. All misfortune in between is dealt with here and nowhere else: another talker,
 * garbled or late or lost answers, retries, a port that vanished.
 *
 *      |<- gap ->|ask|<- turn-around ->|answer|<- gap ->|ask| ...
 *       listening      waiting          whole?
 *
 * A bus belongs to one thread. Nothing is allocated between bus_open and bus_close.
 */
#ifndef BUS_BUS_H
#define BUS_BUS_H

#include "base/bell.h"
#include "base/chance.h"
#include "base/complaint.h"
#include "base/error.h"
#include "base/log.h"
#include "base/section.h"
#include "bus/pace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { ASK_MAX = 64, ANSWER_MAX = 512, WHERE_MAX = 256, OWED_MAX = 8 };

struct ask;

/*
 * Is the answer whole? Pure, written by the driver, run as bytes arrive: 0 = more to come,
 * n > 0 = whole in n bytes, negative = never will be, and why. ERR_REFUSED is a whole answer too:
 * the device said no.
 */
typedef int whole_fn(const struct ask *ask, const uint8_t *bytes, size_t length);

/*
 * Some devices talk by themselves: nothing is sent, their next packet is waited for. How many bytes
 * at the front are not of that packet? Pure too.
 */
typedef size_t pass_fn(const struct ask *ask, const uint8_t *bytes, size_t length);

/* Is it a refusal of this moment only: busy, or still at work on something? Pure. */
struct answer;
typedef bool may_pass_fn(const struct answer *a);

struct ask {
    const uint8_t *bytes; /* borrowed for the call; the frame as it travels */
    size_t length;
    whole_fn *whole;
    may_pass_fn *may_pass; /* NULL: every refusal is final */
    pass_fn *pass;         /* listen only, for as long as `patience_us`; NULL: ask */
    struct pace *pace;     /* how fast this device answers; NULL: nothing known */
    unsigned tries;        /* 0: as many as the bus allows; 1 for whatever must not be said twice */
    int64_t late_us;       /* nobody of this family answers later than this; 0: a second */
    int64_t patience_us; /* a family may think longer before it answers than most; 0: it does not */
    int64_t again_us; /* the same question is not asked sooner than this after itself; 0: at once */
    unsigned silences; /* give up after so many silences; 0: silence is tried like the rest */
    uint8_t opening;   /* how an answer begins; 0: as its question does */
    uint8_t tail;      /* what some units say behind an answer, when it has been read; 0: nothing */
    uint32_t shape;    /* answers of one shape could be mistaken for one another; 0: never */
};

struct answer {
    size_t length;
    size_t skipped; /* bytes before it that were none of its */
    uint8_t bytes[ANSWER_MAX];
};

struct bus;

/* One kind of line. Lines move bytes; they know no device and no retry. */
struct line {
    const char *scheme, *title;
    unsigned parts; /* how many parts between colons say where: tcp:HOST:PORT has 2 */
    const struct setting *settings;
    size_t memory; /* private bytes, zeroed before identify and open, freed after close */
    int (*open)(struct bus *bus);
    int (*send)(struct bus *bus, const uint8_t *bytes, size_t length);
    /* Waits until bytes come. Returns how many; 0 when there was only silence. */
    int (*receive)(struct bus *bus, uint8_t *to, size_t size, int64_t wait_us);
    void (*lend)(struct bus *bus, bool is_ours); /* NULL when nothing needs doing */
    void (*close)(struct bus *bus);
    /* The name of the wire itself, however it is spelled: "tty-188-0"; "": nothing to share. What
     * it finds out on the way it may leave in the memory for open. NULL: nothing to share, ever. */
    int (*identify)(struct bus *bus, char *to, size_t size);
    bool (*is_place)(const char *where); /* could this be one, as written? NULL: any text could */
    bool has_units;      /* its place is a kind of unit; the settings say which one of them */
    int64_t wait_us;     /* how long its answers may take to begin; 0: as most */
    bool reopens;        /* a lost connection may be had again at once: it is no plug */
    bool closes_between; /* rounds: open, it would go on hearing what is said to others */
};

/* Asks whoever is at the other end of the open bus for its serial number. */
typedef int who_fn(void *context, struct bus *bus, char *serial, size_t size);

/* What a bus has seen since it was opened. */
struct bus_counts {
    uint64_t asked, answered, retried, stray_bytes;
    uint64_t failed[ERROR_KINDS];
};

/* The other end of a simulated wire: says what a device would say, or ERR_TIMEOUT. */
struct far_answer {
    struct answer answer;
    int64_t delay_us;
    int64_t pause_us;   /* a silence in the middle of the answer... */
    size_t pause_after; /* ...after so many bytes */
};
typedef int answer_fn(void *far, const uint8_t *asked, size_t length, struct far_answer *answer);

enum { MISHEARD_ROOM = 32 };

struct bus {
    const char *name;
    const struct line *line;
    const struct section *section;
    char where[WHERE_MAX];
    void *memory; /* the line's own */

    int64_t byte_us;  /* one character on this wire */
    int64_t gap_us;   /* silence that must stand before we speak */
    int64_t drain_us; /* silence that ends a disturbance */
    int64_t wait_us;  /* as long as an answer may take to begin */
    bool strips_echo; /* the adapter gives back what we send */
    /* Bytes take byte_us for certain: nobody can answer sooner. A pseudo-terminal, as socat makes
     * one before a serial server, carries them at once. */
    bool has_true_speed;

    bool is_open, is_lent;
    int loan; /* the lock file's descriptor, or -1 */
    char loan_name[WHERE_MAX];
    int64_t last_byte_us;
    struct chance chance;
    struct pace pace; /* of the devices here in general: a guess for one never heard */
    struct bus_counts counts;
    bool is_missed;     /* it was not there when it was wanted last */
    int64_t plugged_us; /* when the plug in use appeared, where the line knows; 0: it does not */
    int64_t known_us;   /* the same of the last round's plug */
    unsigned returns;   /* how often it came back, or another plug in its place: who is at the
                           other end has begun anew */
    struct complaint trouble;
    int64_t spared_us;        /* silent units are not asked out of turn before this */
    bool is_excused;          /* nobody is expected on it now: that it is not there is no news */
    struct bell *stop;        /* rung: no further try is made; NULL: nobody can stop it */
    _Atomic int64_t *beat_us; /* noted at each try, for whoever looks after this thread; or NULL */
    FILE *_Atomic record;     /* a capture is being written, from now on; NULL: none */

    /* What came last and was no answer, for people: forgotten with the next answer. */
    struct misheard {
        int why; /* as what it was refused */
        bool is_early;
        size_t length; /* of all that came; 0: nothing */
        uint8_t bytes[MISHEARD_ROOM];
    } misheard;

    uint64_t last_question; /* and when it was asked */
    int64_t last_question_us;

    /* Answers that may still come: a late one must not pass for the answer to what follows. */
    struct owed {
        uint32_t shape; /* 0: a free place */
        uint64_t question;
        int64_t until_us;
    } owed[OWED_MAX];

    /* Heard by a listener behind its own packet: the next one begins with it. */
    size_t kept;
    uint8_t kept_bytes[ANSWER_MAX];

    who_fn *who; /* for lines with several units to choose from; NULL: nobody can be asked */
    void *who_context;

    answer_fn *far; /* sim lines only: what answers */
    void *far_who;
};

/* Prepares a bus on this line; the section was checked against bus_settings and the line's own.
 * Nothing is opened yet. The section must outlive the bus. */
int bus_init(struct bus *bus, const char *name, const struct line *line, const char *where,
             const struct section *section) MUST_CHECK;
void bus_done(struct bus *bus);

/* For one round: waits for the loan of the wire and opens it if need be. */
int bus_borrow(struct bus *bus, int64_t wait_us) MUST_CHECK;
void bus_return(struct bus *bus);

/*
 * Asks, and asks again after a random pause when the answer was late, garbled or another's: on a
 * shared wire that is what a collision looks like. A refusal is final, unless it says that it may
 * pass. The bus must be borrowed.
 */
int bus_talk(struct bus *bus, const struct ask *ask, struct answer *answer) MUST_CHECK;

extern const struct setting bus_settings[];

/* For lines that say why they cannot be opened: loud once, then the complaint beside the bus has
 * the word. */
static inline enum log_level bus_loudness(const struct bus *bus)
{
    return bus->trouble.count || bus->is_excused ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERR;
}

#endif

/*
 * What a sink is: somebody who wants every reading. It follows the store: it is fed from its own
 * durable cursor, says what became of a batch, and never moves its own position.
 */
#ifndef STORE_SINK_H
#define STORE_SINK_H

#include "base/bell.h"
#include "base/limit.h"
#include "base/section.h"
#include "store/record.h"

#include <stddef.h>
#include <stdint.h>

enum verdict {
    TAKEN,   /* safe at the far side: the cursor moves past the batch */
    LATER,   /* far side away, overloaded, or not willing yet: the same again after a pause */
    REFUSED, /* will never be taken as it is: the pump halves it and sets the bad one aside */
    AGAIN,   /* the sink has learned something (a field to leave out): the same batch at once */
};

enum { BAD_MAX = 32, WHY_MAX = 200 };

/* The verdict, and what the far side said with it. */
struct outcome {
    enum verdict verdict;
    int64_t retry_after_ms; /* LATER: at least this long; 0: the pump's own pause */
    bool is_alarm;          /* LATER: somebody must mend something; pauses grow to 5 minutes */
    unsigned bad_count;     /* TAKEN: these of the batch were named as bad and are set aside */
    unsigned bad[BAD_MAX];  /* counted from 0, in the order they were added */
    unsigned dropped;       /* TAKEN: taken in, but thrown away there (beyond retention) */
    unsigned left_out;      /* fields left out since they can't be stored there */
    char why[WHY_MAX];      /* for the owner, when it is not simply TAKEN */
};

enum added {
    ADDED,   /* it is in the batch */
    SKIPPED, /* not for this sink: as good as delivered */
    IS_FULL  /* the batch is full without it; add it to the next */
};

struct seat;
struct store;
struct view;

/* Something that stands at the far side: under which topic, and what it says. */
typedef void show_fn(void *who, const char *topic, const char *text);

struct sink {
    const char *name;  /* the settings' word: kind = influx */
    const char *title; /* one line for `list sinks` */
    const char *proof; /* which far sides it was tried against */
    const struct setting *settings;
    size_t memory;

    /* Beyond what setting rows can say; complains by section_fault. NULL: nothing. */
    void (*check)(struct section *s);

    /* Gets ready; touches no network, so that a far side that is away is no trouble yet. */
    int (*open)(struct seat *s);
    void (*close)(struct seat *s);

    /* Deliveries may come from now on: who keeps a connection makes it. NULL: nothing. Not called
     * before a probe. */
    void (*begin)(struct seat *s);

    /* Puts one record into the batch being filled. */
    enum added (*add)(struct seat *s, const struct record *r);

    /* Sends the filled batch and returns at once; the next one may be filled meanwhile. */
    void (*send)(struct seat *s);

    /* Waits until clock_us() `deadline_us` for what was sent, and no longer than the seat's stop_us
     * when that is set meanwhile; LATER when it takes longer. */
    void (*settle)(struct seat *s, int64_t deadline_us, struct outcome *o);

    /* Throws away the batch being filled (its records will be added again). */
    void (*forget)(struct seat *s);

    /* Would it take something now? Delivers nothing; for `helio check`. */
    void (*probe)(struct seat *s, struct outcome *o);

    /* Which life the far side is in, a number that changes when it begins anew; for a far side
     * whose TAKEN is not on its disk yet, and only when `open` set hold_s. False: `why` says why
     * not. */
    bool (*life)(struct seat *s, uint64_t *to, char why[WHY_MAX]);

    /* Takes back what it left standing at the far side that readings do not replace, until the
     * limit is over, and leaves nothing new until its next start. Called from any thread while the
     * sink lives, or without a begin. Returns how many, or an error with the reason in `why`. NULL:
     * it leaves nothing. */
    int (*purge)(struct seat *s, const struct limit *limit, char why[WHY_MAX]);

    /* Hands out what it would leave standing there now, of one device or of all (""), and says
     * nothing. Called from any thread after begin. Returns how many; `why` says why none, or what
     * an error means. NULL: it leaves nothing. */
    int (*show)(struct seat *s, const char *device, show_fn *each, void *who, char why[WHY_MAX]);

    bool keeps_doubles; /* what it gets twice is there twice: each batch's end is durable at once */
    bool wants_newest;  /* after a gap only the latest matters: old rows are not even read */
};

/* A sink at run time. Owned by its pump's thread. */
struct seat {
    const char *name; /* [sink NAME]: the cursor's key */
    const struct sink *sink;
    const struct section *section;
    const char *site;        /* [site] name */
    struct store *store;     /* for what a sink must remember; NULL for a probe */
    const char *store_path;  /* the file the readings are kept in; NULL for a probe */
    const struct view *view; /* the house as others may see it (store/view.h); NULL: no daemon */
    void *memory;            /* the sink's own, zeroed before open */
    double timeout_s;        /* for one batch */
    double hold_s;  /* set by open: what is taken is safe after so long a life; 0: at once */
    bool wants_all; /* set by open: every row matters, whatever the sink's wants_newest says */
    bool is_single; /* this batch holds one record because a larger one was refused */
    _Atomic int64_t stop_us; /* it ends at clock_us() this, whatever it waits for; 0: it goes on */
};

/* How long a sink may wait for what has a deadline of its own. Whoever waits asks again now and
 * then: the end may be called meanwhile. */
static inline int64_t seat_until(const _Atomic int64_t *stop_us, int64_t deadline_us)
{
    int64_t stop = stop_us ? *stop_us : 0;

    return stop && stop < deadline_us ? stop : deadline_us;
}

extern const struct setting sink_settings[]; /* the words of every sink */

#endif

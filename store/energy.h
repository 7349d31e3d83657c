/*
 * What a counter grew by, day by day, month by month, year by year: the one reckoning behind the
 * API, the page and helio export.
 *
 * A span begins where the counter last stood before it, not with the first reading in it. So
 * nothing falls between two spans: months are the sum of their days, and all days together are
 * what the counter grew by. What grew while nobody listened, perhaps over several days, belongs to
 * the span in which it was noticed, which then says how much of it that is and since when.
 */
#ifndef STORE_ENERGY_H
#define STORE_ENERGY_H

#include "metrics/catalogue.h"
#include "store/history.h"

struct json;
struct text;

enum by { BY_DAY, BY_MONTH, BY_YEAR };

struct growth {
    int first;        /* 20260501: the first day of the span */
    bool is_known;    /* the counter was heard in it */
    double grown;     /* across replaced units and wraps */
    double unseen;    /* so much of it before the span's first reading, and longer than an hour */
    int64_t since_ms; /* since when nobody had listened; 0: nothing grew unseen */
};

/* Every span that the time touches, as a whole. */
typedef void growth_fn(void *to, const struct growth *g);
int energy_walk(struct reader *r, const struct origin *from, const char *metric, int64_t from_ms,
                int64_t to_ms, enum by by, growth_fn *each, void *to) MUST_CHECK;

/* The same in turns, as a walk is (store/history.h). It may not be moved once it has begun. */
struct energy_tally {
    bool is_begun; /* where the counter stood is known: */
    double last;
    int64_t last_ms;
    bool is_energy;

    struct growth span; /* the one being filled */
    int64_t end_ms;
    enum by by;
    growth_fn *each; /* NULL: there is only this one span */
    void *to;
};

struct energy {
    struct energy_tally tally;
    struct history walk; /* to where it stood before, then over what is asked for */
    int first;           /* 20260501: the first day of all */
    int64_t to_ms;
    bool is_counting;
};

void energy_begin(struct energy *e, struct reader *r, const struct origin *from, const char *metric,
                  int64_t from_ms, int64_t to_ms, enum by by, growth_fn *each, void *to);
int energy_on(struct energy *e, struct reader *r, const struct turn *turn) MUST_CHECK;

/* One span of any length. */
int energy_between(struct reader *r, const struct origin *from, const char *metric, int64_t from_ms,
                   int64_t to_ms, struct growth *to) MUST_CHECK;

/* "2026-05-01", "2026-05", "2026" */
void energy_date(struct text *to, int first, enum by by);

/* A row of a table: as CSV under energy_head, as an object (device NULL: it is said elsewhere). */
extern const char energy_head[];
void energy_csv(struct text *to, const char *device, enum metric m, enum by by,
                const struct growth *g);
void energy_json(struct json *j, const char *device, enum metric m, enum by by,
                 const struct growth *g);

/* The first day of which anything is stored; 0: none. */
int energy_first_day(struct reader *r, const struct origin *from);

/* Has the device ever said this? */
bool energy_is_kept(struct reader *r, const struct origin *from, const char *metric);

#endif

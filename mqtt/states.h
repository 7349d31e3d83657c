/*
 * What each device said last, key by key, and the message made of it. A reading holds only what was
 * asked in its round, but a message says every key the device ever had: slow ones as they were
 * heard last while they are still true, others as null. Any thread.
 */
#ifndef MQTT_STATES_H
#define MQTT_STATES_H

#include "base/text.h"
#include "store/record.h"

enum { STATE_BYTES = 16000, STATE_UNITS = 512 };

/* One device. */
struct state {
    struct origin from;
    int64_t at_ms, seq;    /* of its newest reading */
    int64_t asleep_ms;     /* it sleeps, seen at this moment; 0: it does not */
    int64_t over_ms;       /* it was silent when a day turned, seen at this moment; 0: it was not */
    struct reading newest; /* only what that reading held */
    bool is_new;           /* not said yet */
    unsigned count;
    struct state_key {
        uint16_t metric;
        bool is_setting; /* told when it changes: true until it is told anew */
        bool stands;     /* a counter of an earlier run: `value` until it is said again */
        double value;
        int64_t heard_ms, pause_ms; /* when, and how long before that; 0: once so far */
    } keys[READING_MAX];
};

struct states;

struct states *states_new(void); /* NULL: no memory */
void states_free(struct states *s);

/* Which keys devices had in the newest rows of this store: unknown, but known to be. */
void states_recall(struct states *s, const char *store_path);

/* Takes in a record. True: something is to be said of it. Of rows that come once more only the
 * newest is said again, or `every` one. */
bool states_take(struct states *s, const struct record *r, bool every);

/* Hands out those that are silent while the site's day turns, once: what they counted in it is no
 * count of today. */
typedef void state_fn(void *who, const struct state *one);
void states_turn_day(struct states *s, int64_t now_ms, state_fn *each, void *who);

/* Hands out every state, or only new ones (which are new no longer), while nobody changes them. */
void states_each(struct states *s, bool only_new, state_fn *each, void *who);
void states_one(struct states *s, const char *device, state_fn *each, void *who);
/* Inside of such a call: another device's. NULL: none. */
const struct state *states_peek(const struct states *s, const char *device);
void states_forget_new(struct states *s);

/* Keys that a device is known to have, and where its counters stood when nobody had said them yet
 * since the start. */
struct standing {
    enum metric metric;
    bool stands;
    double value;
};
void states_stand(struct states *s, const struct origin *from, const struct standing *all,
                  size_t count);

/* It sleeps, seen now: its panels give 0 W, its counters stand, what it measured else is over.
 * Handed out when it was not for `pause_ms`. */
void states_sleep(struct states *s, const char *device, int64_t now_ms, int64_t pause_ms,
                  state_fn *each, void *who);

/* What is true of a key now; false: not known. */
bool state_get(const struct state *one, enum metric m, double *to);

/* {"time":"...","pv_power":100,"charge_stage":"float","load_on":true,"battery_soc":null} */
void state_json(const struct state *one, struct text *to);

#endif

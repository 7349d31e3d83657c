/*
 * Every discovery topic that was ever said and not cleared, with the components it holds: kept in
 * the store, so that what is no longer wanted can be cleared by whoever starts next. One thread.
 */
#ifndef MQTT_REMEMBERED_H
#define MQTT_REMEMBERED_H

#include "base/error.h"
#include "mqtt/topics.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct kept {
    char *topic;
    char *id, *name, *driver, *through; /* of its device, as it was when it was said */
    char *parts;                        /* " pv_power:sensor pv_voltage:sensor" */
    char *gone;                         /* the same: what it held once, and is to lose */
    bool is_wanted;
    int64_t unwanted_us; /* since when; 0: it is wanted */
    int64_t cleared_us;  /* when an empty message was put there; 0: not yet */
};

struct remembered {
    struct store *store;
    char key[96];
    struct kept *all;
    size_t count, room;
    bool is_new; /* not in the store yet */
};

int remembered_open(struct remembered *r, struct store *store, const char *sink) MUST_CHECK;
void remembered_close(struct remembered *r);

struct kept *remembered_find(struct remembered *r, const char *topic);

/* The topic's place, made if there is none. NULL: no memory. */
struct kept *remembered_put(struct remembered *r, const char *topic, const char *id,
                            const char *name, const char *driver, const char *through,
                            const char *parts);
void remembered_drop(struct remembered *r, size_t at);

/* One component of such a list, from `at` on; false at its end. */
struct part {
    char key[64], platform[24];
};
bool parts_next(const char **at, struct part *to);
bool parts_have(const char *parts, const char *key);

/* Into the store, if something is new; before it is said. */
int remembered_save(struct remembered *r) MUST_CHECK;

#endif

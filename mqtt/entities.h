/*
 * What becomes of a device's metrics and settings in Home Assistant: which platform, class, unit
 * and name each has. Made from the catalogue, so a new metric needs nothing here. Pure.
 */
#ifndef MQTT_ENTITIES_H
#define MQTT_ENTITIES_H

#include "metrics/control.h"
#include "metrics/reading.h"
#include "mqtt/topics.h"

struct json;

enum platform {
    HA_SENSOR,
    HA_BINARY_SENSOR,
    HA_NUMBER,
    HA_SELECT,
    HA_TOGGLE,
    HA_BUTTON,
    HA_EVENT,
    HA_PLATFORMS
};
extern const char *const platform_names[HA_PLATFORMS]; /* as Home Assistant calls them */

enum { ENTITY_KEY = 64, ENTITY_NAME = 64, OFFERS_MAX = 128, HA_ID = 112 };
enum { EXTRAS_MAX = 24 };
enum { ENTITIES_MAX = 2 * READING_MAX + OFFERS_MAX + EXTRAS_MAX };

/* What Home Assistant is told beside a device's metrics: how it is, what became of orders. NULL:
 * it has none. */
struct extra {
    enum platform platform;
    char key[48], name[48];
    char topic[24]; /* below the device's own: "availability" */
    char template[96];
    const char *class, *state_class, *unit, *icon;
    const char *words;    /* of an enum, or kinds of event: "done|refused" */
    bool is_always_there; /* while helio is, even when its device is not */
    bool is_seldom;       /* off until somebody wants it */
};

/* A device as far as Home Assistant is to know it. Borrowed words. */
struct ha_device {
    const char *name, *word, *id; /* "East roof", its topics' level "east_roof", "helio_123" */
    const char *maker, *model, *serial, *firmware; /* "": not known */
    const char *through;                           /* the id of who speaks for it, or "" */
    const char *prefix, *bridge, *version;         /* of our topics; its availability; ours */
    const char *page;                              /* where it can be looked at, or NULL */
    bool is_helio;                                 /* no device, but this program */
    bool may_cut_power; /* orders that leave the house dark are taken from here */
    unsigned expire_s;  /* a measurement that is not said again by then is gone */
    unsigned count;
    struct {
        uint16_t metric;
        bool is_setting; /* told when it changes: it does not grow old */
    } metrics[READING_MAX];
    const struct offer *offers; /* what may be set from here; none when nothing may be */
    size_t offer_count;
    const struct extra *extras;
    size_t extra_count;
};

struct entity {
    enum platform platform;
    enum metric metric; /* M_NONE: a command that has none */
    bool is_setting;
    const struct offer *offer; /* what it sets; NULL: it only shows */
    const struct extra *extra; /* neither metric nor setting */
    char key[ENTITY_KEY];      /* unique within its device, and the end of its unique id */
    int part;                  /* which of the device's payloads it is in */
};

/* All of a device, in the catalogue's order; what can be set is not shown a second time. */
size_t entities_of(const struct ha_device *d, struct entity *to, size_t room);

/* "PV power", without the device's own name at its front. */
void entity_name(const struct ha_device *d, const struct entity *e, char to[ENTITY_NAME]);

/* Its keys, into an object that is open already. */
void entity_write(const struct ha_device *d, const struct entity *e, struct json *j);

#endif

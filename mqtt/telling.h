/*
 * Telling one device to Home Assistant: as one message or each entity by itself. What is said is
 * remembered first, and what stands elsewhere is told that it moves. One thread.
 */
#ifndef MQTT_TELLING_H
#define MQTT_TELLING_H

#include "mqtt/discovery.h"
#include "mqtt/remembered.h"
#include "store/view.h"

enum form { NO_FORM, BY_DEVICE, BY_ENTITY };

/* Where messages go; `is_retained`: it is to stand there. */
typedef void tell_fn(void *who, const char *topic, const char *payload, bool is_retained);

struct telling {
    enum form form;
    const char *prefix; /* Home Assistant's */
    struct remembered *remembered;
    tell_fn *tell;
    void *who;
    size_t bytes; /* said since somebody set it to 0 */

    /* of the device in hand */
    const struct ha_device *device;
    const struct view_device *seen;
    struct entity entities[ENTITIES_MAX];
    size_t count;
    char payload[PAYLOAD_BYTES], parts[24000];
};

/* As the settings say. */
enum form form_of(const struct section *s);

/* In memory that is all 0. */
void telling_open(struct telling *t, const struct section *s, struct remembered *remembered,
                  tell_fn *tell, void *who);

/* Says all of it. An error: it could not be remembered, so nothing was said. */
int telling_say(struct telling *t, const struct ha_device *d,
                const struct view_device *v) MUST_CHECK;

#endif

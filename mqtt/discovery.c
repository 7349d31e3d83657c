/* Topics and payloads for Home Assistant (mqtt/discovery.h). */
#include "mqtt/discovery.h"

#include "base/json.h"
#include "mqtt/remembered.h"
#include "mqtt/topics.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const char discovery_moves[] = "{\"migrate_discovery\": true}";

/* So much of a payload is entities: the rest is the device, and room for components that go. */
enum { ENTITIES_BYTES = 13000 };

static bool is_plain(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

bool discovery_prefix_is_fine(const char *prefix)
{
    return topic_levels_are(prefix, is_plain);
}

void discovery_id(char to[HA_ID], const char *before, const char *own)
{
    snprintf(to, HA_ID, "%.60s_%.45s", before, own);
    for (; *to; to++)
        if (!is_plain(*to))
            *to = '_';
}

/* ---- the parts of a device ----------------------------------------------------------------- */

static void component(const struct ha_device *d, const struct entity *e, struct json *j)
{
    json_open(j, e->key, '{');
    json_string(j, "p", platform_names[e->platform]);
    entity_write(d, e, j);
    json_close(j, '}');
}

static size_t size_of(const struct ha_device *d, const struct entity *e)
{
    char bytes[4000];
    struct text text = text_on(bytes, sizeof bytes);
    struct json j = json_on(&text);

    component(d, e, &j);
    return text.used + 1;
}

int discovery_split(const struct ha_device *d, struct entity *all, size_t count)
{
    size_t used[PARTS_MAX] = {0};
    int parts = 0;

    /* first those that have a place, then the others where there is room */
    for (int turn = 0; turn < 2; turn++)
        for (size_t i = 0; i < count; i++) {
            size_t size = size_of(d, &all[i]);
            int at = all[i].part;
            if ((at >= 0) == (turn > 0))
                continue;
            if (at < 0 || at >= PARTS_MAX || used[at] + size > ENTITIES_BYTES) {
                all[i].part = -1;
                if (!turn)
                    continue;
                for (at = 0; at < PARTS_MAX - 1 && used[at] + size > ENTITIES_BYTES;)
                    at++;
            }
            all[i].part = at;
            used[at] += size;
            parts = at >= parts ? at + 1 : parts;
        }
    return parts;
}

void discovery_device_topic(char to[TOPIC_MAX], const char *prefix, const struct ha_device *d,
                            int part)
{
    if (part)
        snprintf(to, TOPIC_MAX, "%s/device/%s-%d/config", prefix, d->id, part + 1);
    else
        snprintf(to, TOPIC_MAX, "%s/device/%s/config", prefix, d->id);
}

void discovery_entity_topic(char to[TOPIC_MAX], const char *prefix, const struct ha_device *d,
                            const struct entity *e)
{
    snprintf(to, TOPIC_MAX, "%s/%s/%s/%s/config", prefix, platform_names[e->platform], d->id,
             e->key);
}

/* ---- payloads ------------------------------------------------------------------------------ */

static void known(struct json *j, const char *key, const char *value)
{
    if (*value)
        json_string(j, key, value);
}

static void device_of(const struct ha_device *d, struct json *j)
{
    json_open(j, "dev", '{');
    json_open(j, "ids", '[');
    json_string(j, NULL, d->id);
    json_close(j, ']');
    json_string(j, "name", d->name);
    known(j, "mf", d->maker);
    known(j, "mdl", d->model);
    known(j, "sn", d->serial);
    known(j, "sw", d->firmware);
    known(j, "via_device", d->through);
    known(j, "cu", d->page ? d->page : "");
    json_close(j, '}');
}

/* A device that sleeps is there: its counters stand, and its measurements expire by themselves. */
static void availability(const struct ha_device *d, struct json *j)
{
    char topic[TOPIC_MAX];

    json_open(j, "avty", '[');
    json_open(j, NULL, '{');
    json_string(j, "t", d->bridge);
    json_close(j, '}');
    if (d->is_helio) {
        json_close(j, ']');
        return;
    }
    json_open(j, NULL, '{');
    topic_make(topic, d->prefix, d->word, "availability");
    json_string(j, "t", topic);
    json_string(j, "val_tpl", "{{'online' if value in ['online','asleep'] else 'offline'}}");
    json_close(j, '}');
    json_close(j, ']');
    json_string(j, "avty_mode", "all");
}

static void head(const struct ha_device *d, bool is_always_there, struct json *j)
{
    device_of(d, j);
    json_open(j, "o", '{');
    json_string(j, "name", "helio");
    known(j, "sw", d->version);
    json_close(j, '}');
    if (!is_always_there)
        availability(d, j);
}

static void state_of(const struct ha_device *d, struct json *j)
{
    char topic[TOPIC_MAX];

    topic_make(topic, d->prefix, d->word, "state");
    json_string(j, "stat_t", topic);
}

/* A component that holds nothing but its platform is taken away. */
static void without(const char *gone, struct json *j)
{
    struct part one;

    while (parts_next(&gone, &one)) {
        json_open(j, one.key, '{');
        json_string(j, "p", one.platform);
        json_close(j, '}');
    }
}

void discovery_device(const struct ha_device *d, const struct entity *all, size_t count, int part,
                      const char *gone, struct text *to)
{
    struct json j = json_on(to);

    json_open(&j, NULL, '{');
    head(d, false, &j);
    state_of(d, &j);
    json_integer(&j, "qos", 1);
    json_open(&j, "cmps", '{');
    for (size_t i = 0; i < count; i++)
        if (all[i].part == part)
            component(d, &all[i], &j);
    without(gone, &j);
    json_close(&j, '}');
    json_close(&j, '}');
}

void discovery_entity(const struct ha_device *d, const struct entity *e, struct text *to)
{
    struct json j = json_on(to);

    json_open(&j, NULL, '{');
    entity_write(d, e, &j);
    if (e->platform != HA_BUTTON && !e->extra)
        state_of(d, &j);
    json_integer(&j, "qos", 1);
    head(d, e->extra && e->extra->is_always_there, &j);
    json_close(&j, '}');
}

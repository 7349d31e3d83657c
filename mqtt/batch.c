/* Length, topic, payload (mqtt/batch.h). */
#include "mqtt/batch.h"

#include <stdlib.h>
#include <string.h>

enum { LARGEST = 20000 }; /* the largest message there is, and its topic */

int batch_init(struct batch *b, size_t size)
{
    *b = (struct batch){.size = size > LARGEST ? size : LARGEST};
    b->bytes = malloc(b->size);
    return b->bytes ? OK : ERR_FULL;
}

void batch_done(struct batch *b)
{
    free(b->bytes);
    *b = (struct batch){.bytes = NULL};
}

void batch_empty(struct batch *b)
{
    b->used = 0;
}

bool batch_add(struct batch *b, const char *topic, const char *payload, size_t length)
{
    size_t topic_size = strlen(topic) + 1;

    if (sizeof length + topic_size + length > b->size - b->used)
        return false;
    memcpy(b->bytes + b->used, &length, sizeof length);
    memcpy(b->bytes + b->used + sizeof length, topic, topic_size);
    memcpy(b->bytes + b->used + sizeof length + topic_size, payload, length);
    b->used += sizeof length + topic_size + length;
    return true;
}

struct batch_mark batch_mark(const struct batch *b)
{
    return (struct batch_mark){b->used};
}

void batch_back(struct batch *b, struct batch_mark mark)
{
    b->used = mark.used;
}

void batch_each(const struct batch *b, batch_fn *take, void *who)
{
    size_t length;

    for (size_t at = 0; at < b->used;) {
        memcpy(&length, b->bytes + at, sizeof length);
        const char *topic = b->bytes + at + sizeof length, *payload = topic + strlen(topic) + 1;
        if (!take(who, topic, payload, length))
            return;
        at += sizeof length + (size_t)(payload - topic) + length;
    }
}

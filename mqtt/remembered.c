/* A line a topic: topic, id, name, driver, through, components; between tabs (mqtt/remembered.h).
 */
#include "mqtt/remembered.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void let_go(struct kept *k)
{
    free(k->topic);
    free(k->id);
    free(k->name);
    free(k->driver);
    free(k->through);
    free(k->parts);
    free(k->gone);
}

/* True: it says something else now. */
static bool set(char **to, const char *text)
{
    if (*to && !strcmp(*to, text))
        return false;
    free(*to);
    *to = strdup(text);
    return true;
}

static bool is_whole(const struct kept *k)
{
    return k->topic && k->id && k->name && k->driver && k->through && k->parts && k->gone;
}

struct kept *remembered_find(struct remembered *r, const char *topic)
{
    for (size_t i = 0; i < r->count; i++)
        if (!strcmp(r->all[i].topic, topic))
            return &r->all[i];
    return NULL;
}

static struct kept *make(struct remembered *r, const char *topic)
{
    if (r->count == r->room) {
        size_t room = r->room ? 2 * r->room : 16;
        struct kept *more = realloc(r->all, room * sizeof *more);
        if (!more)
            return NULL;
        r->all = more;
        r->room = room;
    }
    struct kept *k = &r->all[r->count];
    *k = (struct kept){.topic = strdup(topic), .gone = strdup("")};
    if (!k->topic || !k->gone) {
        let_go(k);
        return NULL;
    }
    r->count++;
    return k;
}

bool parts_next(const char **at, struct part *to)
{
    const char *key = *at + strspn(*at, " ");
    size_t length = strcspn(key, ": ");
    const char *platform = key + length + (key[length] == ':');
    size_t rest = strcspn(platform, " ");

    if (!length || length >= sizeof to->key || rest >= sizeof to->platform)
        return false;
    snprintf(to->key, sizeof to->key, "%.*s", (int)length, key);
    snprintf(to->platform, sizeof to->platform, "%.*s", (int)rest, platform);
    *at = platform + rest;
    return true;
}

bool parts_have(const char *parts, const char *key)
{
    size_t length = strlen(key);

    for (const char *at = parts; (at = strstr(at, key)) != NULL; at += length)
        if (at > parts && at[-1] == ' ' && at[length] == ':')
            return true;
    return false;
}

/* What the topic held and holds no longer joins what is to go; what came back leaves that. */
static void note_gone(struct kept *k, const char *parts)
{
    size_t size = strlen(k->gone) + strlen(k->parts) + 2, used = 0;
    const char *lists[] = {k->gone, k->parts};
    char *gone = calloc(1, size);
    struct part one;

    for (int i = 0; i < 2 && gone; i++)
        for (const char *at = lists[i]; parts_next(&at, &one);)
            if (!parts_have(parts, one.key) && !parts_have(gone, one.key))
                used += (size_t)snprintf(gone + used, size - used, " %s:%s", one.key, one.platform);
    if (!gone)
        return;
    free(k->gone);
    k->gone = gone;
}

struct kept *remembered_put(struct remembered *r, const char *topic, const char *id,
                            const char *name, const char *driver, const char *through,
                            const char *parts)
{
    struct kept *k = remembered_find(r, topic);
    bool is_new = !k;

    k = k ? k : make(r, topic);
    if (!k)
        return NULL;
    if (!is_new && k->parts && strcmp(k->parts, parts) != 0)
        note_gone(k, parts);
    is_new |= set(&k->id, id);
    is_new |= set(&k->name, name);
    is_new |= set(&k->driver, driver);
    is_new |= set(&k->through, through);
    is_new |= set(&k->parts, parts);
    if (!is_whole(k)) {
        remembered_drop(r, (size_t)(k - r->all));
        return NULL;
    }
    k->cleared_us = k->unwanted_us = 0;
    k->is_wanted = true;
    r->is_new |= is_new;
    return k;
}

void remembered_drop(struct remembered *r, size_t at)
{
    let_go(&r->all[at]);
    memmove(&r->all[at], &r->all[at + 1], (--r->count - at) * sizeof *r->all);
    r->is_new = true;
}

/* ---- the store ----------------------------------------------------------------------------- */

static bool read_line(struct remembered *r, char *line)
{
    char *cells[6] = {NULL};

    for (int i = 0; i < 6 && line; i++)
        cells[i] = strsep(&line, "\t");
    if (!cells[5] || !*cells[0])
        return true; /* nothing we wrote */
    struct kept *k = remembered_put(r, cells[0], cells[1], cells[2], cells[3], cells[4], cells[5]);
    if (k)
        k->is_wanted = false; /* that is to be seen */
    return k != NULL;
}

int remembered_open(struct remembered *r, struct store *store, const char *sink)
{
    bool is_fine = true;

    *r = (struct remembered){.store = store};
    snprintf(r->key, sizeof r->key, "discovery:%.80s", sink);
    char *text = store ? store_kept_text(store, r->key) : NULL;
    char *rest = text;
    for (char *line; is_fine && (line = strsep(&rest, "\n")) != NULL;)
        is_fine = !*line || read_line(r, line);
    free(text);
    r->is_new = false;
    return is_fine ? OK : ERR_FULL;
}

void remembered_close(struct remembered *r)
{
    for (size_t i = 0; i < r->count; i++)
        let_go(&r->all[i]);
    free(r->all);
    *r = (struct remembered){.store = NULL};
}

int remembered_save(struct remembered *r)
{
    char *text = NULL;
    size_t size = 0;
    int rc = OK;

    if (!r->is_new || !r->store)
        return OK;
    FILE *to = open_memstream(&text, &size);
    if (!to)
        return ERR_FULL;
    for (size_t i = 0; i < r->count; i++) {
        const struct kept *k = &r->all[i];
        fprintf(to, "%s\t%s\t%s\t%s\t%s\t%s\n", k->topic, k->id, k->name, k->driver, k->through,
                k->parts);
    }
    rc = fclose(to) ? ERR_FULL : store_keep_text(r->store, r->key, text);
    free(text);
    if (!rc)
        r->is_new = false;
    return rc;
}

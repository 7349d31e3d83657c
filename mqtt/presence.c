/* States of devices on topics (mqtt/presence.h). */
#include "mqtt/presence.h"

#include "base/clock.h"
#include "store/lookup.h"
#include "store/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct presence {
    const struct place *place;
    char filter[TOPIC_MAX];
    bool is_leaving;
    struct view_list devices; /* of the last look */
    struct known {
        char name[ORIGIN_NAME]; /* "": a free place */
        int said;               /* enum board_state; -1: not in this connection */
        bool is_there;
    } * known;
    size_t count, room; /* of the known */
};

struct presence *presence_new(const struct place *place)
{
    struct presence *p = calloc(1, sizeof *p);

    if (!p)
        return NULL;
    p->place = place;
    topic_make(p->filter, place->prefix, "+", "availability");
    return p;
}

void presence_free(struct presence *p)
{
    if (!p)
        return;
    view_forget(&p->devices);
    free(p->known);
    free(p);
}

static void say(const struct place *place, struct client *c, const char *device, const char *state)
{
    char word[TOPIC_WORD], topic[TOPIC_MAX];

    names_word(place->names, device, word);
    topic_make(topic, place->prefix, word, "availability");
    client_put(c, SAY_RETAINED, topic, state);
}

void presence_heard(const struct place *place, struct client *c, const char *device)
{
    if (!place->seat->view)
        say(place, c, device, board_state_names[HEARD]);
}

/* Its place among the known; a new one is told whatever its state. NULL: no memory. Whoever is
 * asked for in the order of the places, as `hint` says, is found at once. */
static struct known *find(struct presence *p, const char *name, size_t hint)
{
    size_t i = 0, free_one = p->count;

    if (hint < p->count && !strcmp(p->known[hint].name, name))
        return &p->known[hint];
    for (; i < p->count && strcmp(p->known[i].name, name) != 0; i++)
        if (!*p->known[i].name && free_one == p->count)
            free_one = i;
    if (i < p->count)
        return &p->known[i];
    struct known *more = array_reach(p->known, free_one, &p->room, sizeof *more);
    if (!more)
        return NULL;
    p->known = more;
    p->count += free_one == p->count;
    more[free_one] = (struct known){.said = -1};
    snprintf(more[free_one].name, ORIGIN_NAME, "%s", name);
    return &more[free_one];
}

/* Who left the house leaves no topic behind. */
static void clear_gone(struct presence *p, struct client *c)
{
    for (size_t i = 0; i < p->count; i++)
        if (*p->known[i].name && !p->known[i].is_there) {
            say(p->place, c, p->known[i].name, "");
            p->known[i].name[0] = '\0';
        }
}

static void look(void *who, struct client *c)
{
    struct presence *p = who;
    const struct view *view = p->place->seat->view;

    if (!view)
        return;
    view_look(view, &p->devices);
    for (size_t i = 0; i < p->count; i++)
        p->known[i].is_there = false;
    for (size_t i = 0; i < p->devices.count; i++) {
        const struct view_device *d = &p->devices.all[i];
        struct known *known = find(p, d->name, i);
        int state = (int)board_state(view->board, d->desk, clock_us(), NULL, NULL);
        if (!known)
            continue;
        known->is_there = true;
        if (known->said == state)
            continue;
        known->said = state;
        say(p->place, c, d->name, board_state_names[state]);
    }
    clear_gone(p, c);
}

static bool is_in_house(const struct presence *p, const char *name)
{
    for (size_t i = 0; i < p->devices.count; i++)
        if (!strcmp(p->devices.all[i].name, name))
            return true;
    return false;
}

/* The store remembers everybody; who left while nobody looked may have left a topic behind. */
static void clear_former(struct presence *p, struct client *c)
{
    const char *path = p->place->seat->store_path;
    struct reader *reader = NULL;
    const struct origin *o;

    if (!path || reader_open(&reader, path))
        return;
    for (size_t i = 0; (o = reader_origin_at(reader, i)) != NULL; i++)
        if (!is_in_house(p, o->name) && !find(p, o->name, p->count))
            break;
    reader_close(reader);
    clear_gone(p, c);
}

static void arrive(void *who, struct client *c)
{
    struct presence *p = who;

    p->is_leaving = false;
    client_put(c, SAY_RETAINED, p->place->bridge, "online");
    for (size_t i = 0; i < p->count; i++)
        p->known[i].said = -1;
    look(p, c);
    if (p->place->seat->view)
        clear_former(p, c);
}

/* Whoever ends in peace says so itself; the last will is for all other ends. */
static void leave(void *who, struct client *c)
{
    struct presence *p = who;

    p->is_leaving = true;
    if (p->place->seat->view)
        client_put(c, SAY_RETAINED, p->place->bridge, "offline");
}

static bool is_good(int state)
{
    return state == HEARD || state == ASLEEP;
}

/* A copy of us that came or left, or the last will of a connection we had before, may say that
 * somebody is not there. Who hears them says that they are, and never the other way round, so that
 * two of us do not quarrel. */
static void contradict(void *who, struct client *c, const struct client_word *w)
{
    const struct presence *p = who;
    char word[TOPIC_WORD], topic[TOPIC_MAX];
    bool is_bad = strcmp(w->payload, board_state_names[HEARD]) != 0 &&
                  strcmp(w->payload, board_state_names[ASLEEP]) != 0;

    if (p->is_leaving || !is_bad)
        return;
    if (!strcmp(w->topic, p->place->bridge)) {
        client_put(c, SAY_RETAINED, p->place->bridge, "online");
        return;
    }
    for (size_t i = 0; i < p->count; i++) {
        if (!*p->known[i].name || !is_good(p->known[i].said))
            continue;
        names_word(p->place->names, p->known[i].name, word);
        topic_make(topic, p->place->prefix, word, "availability");
        if (!strcmp(topic, w->topic))
            client_put(c, SAY_RETAINED, topic, board_state_names[p->known[i].said]);
    }
}

struct client_guest presence_guest(struct presence *p)
{
    return (struct client_guest){.who = p,
                                 .filters = {p->filter},
                                 .up = arrive,
                                 .tick = look,
                                 .hear = contradict,
                                 .last = leave};
}

/* Words and names (mqtt/names.h). */
#include "mqtt/names.h"

#include "base/lock.h"
#include "base/log.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct names {
    const char *who; /* for messages */
    struct lock lock;
    size_t count;
    struct {
        char device[ORIGIN_NAME], word[TOPIC_WORD];
    } all[VIEW_DEVICES];
};

struct names *names_new(const char *who)
{
    struct names *n = calloc(1, sizeof *n);

    if (!n)
        return NULL;
    n->who = who;
    lock_init(&n->lock, LOCK_NAMES);
    return n;
}

void names_free(struct names *n)
{
    if (!n)
        return;
    lock_done(&n->lock);
    free(n);
}

static bool is_taken(const struct names *n, const char *word)
{
    for (size_t i = 0; i < n->count; i++)
        if (!strcmp(n->all[i].word, word))
            return true;
    return false;
}

/* A few signs that depend on nothing but the name. */
static unsigned mark_of(const char *name)
{
    uint32_t sum = 0x811c9dc5;

    for (; *name; name++)
        sum = (sum ^ (unsigned char)*name) * 0x01000193;
    return (sum ^ sum >> 16) & 0xffff;
}

static void choose_word(struct names *n, const char *device, char to[TOPIC_WORD])
{
    char plain[TOPIC_WORD];

    topic_word(device, to);
    if (!is_taken(n, to))
        return;
    memcpy(plain, to, sizeof plain);
    snprintf(to, TOPIC_WORD, "%.*s-%04x", TOPIC_WORD - 6, plain, mark_of(device));
    log_warn(n->who, "%s: another device has the topic %s already; this one is %s", device, plain,
             to);
}

void names_word(struct names *n, const char *device, char to[TOPIC_WORD])
{
    size_t i = 0;

    lock_take(&n->lock);
    while (i < n->count && strcmp(n->all[i].device, device) != 0)
        i++;
    if (i < n->count) {
        memcpy(to, n->all[i].word, TOPIC_WORD);
    } else {
        choose_word(n, device, to);
        if (n->count < VIEW_DEVICES) {
            snprintf(n->all[n->count].device, ORIGIN_NAME, "%s", device);
            memcpy(n->all[n->count++].word, to, TOPIC_WORD);
        }
    }
    lock_give(&n->lock);
}

bool names_find(struct names *n, const char *device, char to[TOPIC_WORD])
{
    bool is_known = false;

    lock_take(&n->lock);
    for (size_t i = 0; i < n->count && !is_known; i++)
        if (!strcmp(n->all[i].device, device)) {
            memcpy(to, n->all[i].word, TOPIC_WORD);
            is_known = true;
        }
    lock_give(&n->lock);
    return is_known;
}

bool names_device(struct names *n, const char *word, char to[ORIGIN_NAME])
{
    bool is_known = false;

    lock_take(&n->lock);
    for (size_t i = 0; i < n->count && !is_known; i++)
        if (!strcmp(n->all[i].word, word)) {
            memcpy(to, n->all[i].device, ORIGIN_NAME);
            is_known = true;
        }
    lock_give(&n->lock);
    return is_known;
}

void names_learn(struct names *n, const struct view *view)
{
    struct view_device *all = view ? calloc(VIEW_DEVICES, sizeof *all) : NULL;
    size_t count = all ? view->devices(view->who, all, VIEW_DEVICES) : 0;
    char word[TOPIC_WORD];

    for (size_t i = 0; i < count; i++)
        names_word(n, all[i].name, word);
    free(all);
}

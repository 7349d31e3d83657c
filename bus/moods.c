/* Misfortune by the dice (bus/moods.h). */
#include "bus/moods.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int moods_parse(struct moods *m, const char *words, char *why, size_t size)
{
    char copy[256];
    char *rest = copy;

    if (strlen(words) >= sizeof copy) {
        snprintf(why, size, "too many moods");
        return ERR_USAGE;
    }
    strcpy(copy, words);
    for (char *word; (word = strsep(&rest, ", \t\r\n")) != NULL;) {
        char *equals = strchr(word, '=');
        double value;
        bool is_known = false;
        if (!*word)
            continue;
        if (equals)
            *equals = '\0';
        if (!equals || !number_read(equals + 1, &value) || value < 0) {
            snprintf(why, size, "\"%s\": a mood is written collide=0.2", word);
            return ERR_USAGE;
        }
#define X(tag, most, text)                                                                         \
    if (!strcmp(word, #tag)) {                                                                     \
        m->tag = value;                                                                            \
        is_known = value <= (most);                                                                \
    }
        MOODS(X)
#undef X
        if (!is_known) {
            snprintf(why, size, "\"%s=%g\" is no mood, or too much of it (see: helio sim --help)",
                     word, value);
            return ERR_USAGE;
        }
    }
    return OK;
}

void moods_from(struct moods *m, const struct section *section)
{
#define X(tag, most, text) m->tag = section_number(section, #tag);
    MOODS(X)
#undef X
}

static void flip_bits(struct chance *c, struct answer *a)
{
    for (int64_t flips = chance_between(c, 1, 5); flips > 0 && a->length; flips--) {
        size_t at = (size_t)chance_between(c, 0, (int64_t)a->length - 1);
        a->bytes[at] ^= (uint8_t)(1u << chance_between(c, 0, 7));
    }
}

static void insert(struct answer *a, size_t at, const uint8_t *bytes, size_t length)
{
    if (a->length + length > sizeof a->bytes)
        return;
    memmove(a->bytes + at + length, a->bytes + at, a->length - at);
    memcpy(a->bytes + at, bytes, length);
    a->length += length;
}

/* What bridges with a memory give: seen are up to four zeros, and half a packet from before. */
static void add_junk(struct chance *c, struct answer *a)
{
    static const uint8_t zeros[4] = {0};
    uint8_t tail[16];
    size_t length = a->length < sizeof tail ? a->length : sizeof tail;

    memcpy(tail, a->bytes + a->length - length, length);
    insert(a, 0, zeros, (size_t)chance_between(c, 0, sizeof zeros));
    insert(a, a->length, tail, (size_t)chance_between(c, 0, (int64_t)length));
}

/* The seven ways of a second talker, all seen on real wires. */
static int collide(struct chance *c, stranger_fn *stranger, struct answer *a)
{
    uint8_t other[64];
    size_t length = stranger(c, other);

    switch (chance_between(c, 1, 7)) {
    case 1: /* our question was destroyed: nobody answers */
        return ERR_TIMEOUT;
    case 2: /* both spoke at once: a stretch of the answer is theirs */
        for (size_t i = 0, at = (size_t)chance_between(c, 0, (int64_t)a->length - 1);
             i < length && at + i < a->length; i++)
            a->bytes[at + i] &= other[i];
        return OK;
    case 3: /* their frame, then ours */
        insert(a, 0, other, length);
        return OK;
    case 4: /* ours, then theirs */
        insert(a, a->length, other, length);
        return OK;
    case 5: /* only theirs */
        a->length = 0;
        insert(a, 0, other, length);
        return OK;
    case 6: /* the first byte doubled, one more at the end */
        insert(a, 0, a->bytes, 1);
        insert(a, a->length, other, 1);
        return OK;
    default:
        flip_bits(c, a);
        return OK;
    }
}

int moods_spoil(const struct moods *m, struct chance *c, stranger_fn *stranger,
                struct far_answer *a)
{
    if (chance_hits(c, m->silent))
        return ERR_TIMEOUT;
    if (chance_hits(c, m->late))
        a->delay_us += chance_between(c, 300000, 900000);
    if (m->pause > 0 && a->answer.length > 12) {
        a->pause_us = (int64_t)(m->pause * 1000);
        a->pause_after = (size_t)chance_between(c, 8, (int64_t)a->answer.length - 1);
    }
    if (chance_hits(c, m->garbled))
        flip_bits(c, &a->answer);
    if (chance_hits(c, m->cut) && a->answer.length)
        a->answer.length = (size_t)chance_between(c, 0, (int64_t)a->answer.length - 1);
    if (a->answer.length && chance_hits(c, m->junk))
        add_junk(c, &a->answer);
    if (a->answer.length && chance_hits(c, m->collide))
        return collide(c, stranger, &a->answer);
    return OK;
}

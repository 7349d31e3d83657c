/*
 * Sets of metrics. A row is stored with the number of its set, and the names are written once.
 *
 * There may be as many sets as will be said: a wire that loses blocks, an import with empty cells
 * and questions that come by turns make very many. So a set that is part of a known one is written
 * in that, with null where a number is missing; and what is not part of any widens the last one of
 * its device. Only what is said so often that its nulls have cost more than its names gets a set of
 * its own. Order means nothing: new sets are in the order of the catalogue.
 */
#include "store/inside.h"

#include <stdlib.h>
#include <string.h>

enum { NULL_BYTES = 5, NULLS_WORTH_A_SET = 4096 };

/* ---- what a reading says ----------------------------------------------------------------- */

/* Its metrics, sorted. */
struct said {
    unsigned count;
    uint64_t sieve; /* a bit for each, which others may share: a quick no */
    uint16_t key[READING_MAX];
};

static uint64_t sieve_bit(uint16_t metric)
{
    return (uint64_t)1 << metric % 64;
}

static void said_of(const struct reading *r, struct said *to)
{
    *to = (struct said){.count = r->count};
    for (unsigned i = 0; i < r->count; i++) {
        unsigned k = i;
        for (; k > 0 && to->key[k - 1] > r->fields[i].metric; k--)
            to->key[k] = to->key[k - 1];
        to->key[k] = r->fields[i].metric;
        to->sieve |= sieve_bit(r->fields[i].metric);
    }
}

/* ---- known sets -------------------------------------------------------------------------- */

static uint32_t hash_of(const uint16_t *metrics, unsigned count)
{
    return bytes_sum(metrics, count * sizeof *metrics);
}

static int by_number(const void *a, const void *b)
{
    return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b;
}

/* Its metrics sorted; can new rows be written in it? */
static void learn_key(struct known_shape *k)
{
    k->is_plain = true;
    for (unsigned i = 0; i < k->shape.count; i++) {
        k->key[i] = k->shape.fields[i].metric;
        k->sieve |= sieve_bit(k->key[i]);
    }
    qsort(k->key, k->shape.count, sizeof *k->key, by_number);
    for (unsigned i = 0; i < k->shape.count; i++)
        k->is_plain &= k->key[i] != M_NONE && (!i || k->key[i] != k->key[i - 1]);
}

static uint32_t hash_of_id(int id)
{
    return bytes_sum(&id, sizeof id);
}

bool shape_add(struct store *s, struct known_shape *k)
{
    struct known_shape **more =
        array_more(s->shapes, s->shape_count, &s->shape_room, sizeof(void *));

    if (!more)
        return false;
    s->shapes = more;
    learn_key(k);
    if (!lookup_reserve(&s->shapes_by_set) || !lookup_reserve(&s->shapes_by_id) ||
        !lookup_add(&s->shapes_by_set, hash_of(k->key, k->shape.count), s->shape_count) ||
        !lookup_add(&s->shapes_by_id, hash_of_id(k->shape.id), s->shape_count))
        return false;
    s->shapes[s->shape_count++] = k;
    if (s->last_shape_id < k->shape.id)
        s->last_shape_id = k->shape.id;
    return true;
}

/* Under another number from now on; the old one finds nothing any more. */
bool shape_renumber(struct store *s, struct known_shape *k, int id)
{
    size_t place = 0;

    while (s->shapes[place] != k)
        place++;
    k->shape.id = id;
    if (s->last_shape_id < id)
        s->last_shape_id = id;
    return lookup_add(&s->shapes_by_id, hash_of_id(id), place);
}

struct known_shape *shape_numbered(const struct store *s, int id)
{
    struct lookup_walk w = {hash_of_id(id), 0};

    for (size_t place; lookup_next(&s->shapes_by_id, &w, &place);)
        if (s->shapes[place]->shape.id == id)
            return s->shapes[place];
    return NULL;
}

static struct known_shape *find_exact(const struct store *s, const uint16_t *key, unsigned count)
{
    struct lookup_walk w = {hash_of(key, count), 0};

    for (size_t place; lookup_next(&s->shapes_by_set, &w, &place);) {
        struct known_shape *k = s->shapes[place];
        if (k->is_plain && k->shape.count == count && !memcmp(k->key, key, count * sizeof *key))
            return k;
    }
    return NULL;
}

static bool has_all(const struct known_shape *k, const struct said *said)
{
    unsigned at = 0;

    for (unsigned i = 0; i < said->count; i++, at++) {
        while (at < k->shape.count && k->key[at] < said->key[i])
            at++;
        if (at == k->shape.count || k->key[at] != said->key[i])
            return false;
    }
    return true;
}

/* The one that costs the fewest nulls. */
static struct known_shape *find_wider(const struct store *s, const struct said *said)
{
    struct known_shape *best = NULL;

    for (size_t i = 0; i < s->shape_count; i++) {
        struct known_shape *k = s->shapes[i];
        if (k->is_plain && !k->is_gone && !(said->sieve & ~k->sieve) &&
            k->shape.count > said->count && (!best || k->shape.count < best->shape.count) &&
            has_all(k, said))
            best = k;
    }
    return best;
}

/* ---- new sets ---------------------------------------------------------------------------- */

static struct known_shape *make(struct store *s, const uint16_t *key, unsigned count)
{
    struct known_shape *k = calloc(1, sizeof *k);

    if (!k)
        return NULL;
    k->shape.id = s->last_shape_id + 1;
    k->shape.count = count;
    for (unsigned i = 0; i < count; i++) {
        k->shape.fields[i].metric = key[i];
        k->shape.fields[i].name = (char *)(uintptr_t)catalogue[key[i]].name;
    }
    if (shape_add(s, k))
        return k;
    free(k);
    return NULL;
}

/* Nulls are counted by a hash of the set: of two that share a place, the one said more often wins.
 */
static bool is_worth_a_set(struct store *s, uint32_t hash, unsigned nulls)
{
    struct spent *spent = &s->spent[hash % SPENT];
    unsigned cost = nulls * NULL_BYTES;

    if (spent->hash != hash && spent->bytes > cost) {
        spent->bytes -= cost;
        return false;
    }
    if (spent->hash != hash)
        *spent = (struct spent){.hash = hash};
    spent->bytes += cost;
    if (spent->bytes < NULLS_WORTH_A_SET)
        return false;
    spent->bytes = 0;
    return true;
}

/* Both together, or 0 when that is more than a set can hold. */
static unsigned join(const struct known_shape *k, const struct said *said,
                     uint16_t key[2 * READING_MAX])
{
    unsigned count = 0, a = 0, b = 0;

    while (a < k->shape.count || b < said->count) {
        bool takes_a = b == said->count || (a < k->shape.count && k->key[a] <= said->key[b]);
        uint16_t next = takes_a ? k->key[a] : said->key[b];
        a += a < k->shape.count && k->key[a] == next;
        b += b < said->count && said->key[b] == next;
        key[count++] = next;
    }
    return count <= READING_MAX ? count : 0;
}

static struct known_shape *choose(struct store *s, const struct known_shape *widest,
                                  const struct said *said)
{
    uint16_t both[2 * READING_MAX];
    struct known_shape *k = find_exact(s, said->key, said->count);

    if (k)
        return k;
    k = find_wider(s, said);
    if (k && !is_worth_a_set(s, hash_of(said->key, said->count), k->shape.count - said->count))
        return k;
    unsigned joined = !k && widest ? join(widest, said, both) : 0;
    return joined ? make(s, both, joined) : make(s, said->key, said->count);
}

struct known_shape *shape_for(struct store *s, struct known_origin *from, enum record_kind kind,
                              const struct reading *r)
{
    struct known_shape **widest = &from->widest[kind];
    struct said said;

    said_of(r, &said);
    struct known_shape *k = choose(s, *widest, &said);
    if (!k)
        return NULL;
    if (!*widest || (*widest)->is_gone || k->shape.count > (*widest)->shape.count)
        *widest = k;
    if (k->is_gone) /* forgotten, and said again */
        k->is_gone = k->is_stored = false;
    k->is_used = true;
    return k;
}

/* Energy that is counted here, and the last word of every lifetime counter (store/store.h). */
#include "store/inside.h"

#include "base/log.h"

static uint32_t hash_of(int device, enum metric m)
{
    int words[] = {device, (int)m};

    return bytes_sum(words, sizeof words);
}

static struct known_meter *find_meter(const struct store *s, int device, enum metric m)
{
    struct lookup_walk w = {hash_of(device, m), 0};

    for (size_t place; lookup_next(&s->meters_by_key, &w, &place);)
        if (s->meters[place].device == device && s->meters[place].metric == m)
            return &s->meters[place];
    return NULL;
}

static struct known_meter *new_meter(struct store *s, int device, enum metric m)
{
    struct known_meter *more = array_more(s->meters, s->meter_count, &s->meter_room, sizeof *more);

    if (!more)
        return NULL;
    s->meters = more;
    if (!lookup_add(&s->meters_by_key, hash_of(device, m), s->meter_count))
        return NULL;
    s->meters[s->meter_count] = (struct known_meter){.device = device, .metric = m};
    return &s->meters[s->meter_count++];
}

void meter_set(struct store *s, int device, enum metric m, double value, double carry,
               bool is_stored)
{
    struct known_meter *k = find_meter(s, device, m);
    bool is_new = !k;

    if (is_new)
        k = new_meter(s, device, m);
    if (k &&
        (is_new || k->value < value || k->value > value || k->carry < carry || k->carry > carry))
        *k = (struct known_meter){device, m, value, carry, !is_stored};
    if (!k)
        log_err("store", "there is no memory for one more meter: %s", catalogue[m].name);
}

void store_meter_put(struct store *s, const struct origin *from, enum metric m, double value,
                     double carry)
{
    pthread_mutex_lock(&s->lock);
    meter_set(s, from->id, m, value, carry, false);
    pthread_mutex_unlock(&s->lock);
}

bool store_meter_get(struct store *s, const struct origin *from, enum metric m, double *value,
                     double *carry)
{
    pthread_mutex_lock(&s->lock);
    const struct known_meter *k = find_meter(s, from->id, m);
    if (k) {
        *value = k->value;
        *carry = k->carry;
    }
    pthread_mutex_unlock(&s->lock);
    return k != NULL;
}

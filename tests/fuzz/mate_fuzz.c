/*
 * Any bytes as talk on a MATEnet. The first byte chooses a kind of device, its model, and whether
 * check sums are made right (no fuzzer finds one by chance); then come exchanges: the lengths of
 * question and answer in one byte, and their bytes. What a receiver takes for an answer, decode
 * must take for one too, and whatever a twin says to a right question is such an answer.
 */
#include "drivers/mate/kinds.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

struct play {
    struct device device; /* its memory only: for doubts */
    struct twin twin;
    struct decoding how;
    struct reading reading;
    bool is_mended;
    unsigned said;
};

static void take(void *to, const struct field *f)
{
    struct play *p = to;

    if (!f->name || (f->is_text && !f->text) || !isfinite(f->value))
        abort();
    p->said++;
    (void)field_to_reading(f, &p->reading); /* many have no metric */
}

static void begin(struct play *p, uint8_t choice)
{
    static const struct driver *const kinds[] = {&driver_mate_mx, &driver_mate_fx, &driver_mate_dc,
                                                 &driver_mate};
    static const struct plant_now plant = {.battery_v = 25.6, .pv_v = 68, .pv_a = 4, .load_w = 300};
    const struct driver *d = kinds[choice & 3];
    unsigned model = choice >> 3 & 3, known = 0;

    while (d->twin_models[known])
        known++;
    *p = (struct play){.how.rows = d->rows, .is_mended = choice & 4};
    p->twin = (struct twin){.driver = d,
                            .address = d == &driver_mate ? 0 : 1,
                            .of = 1,
                            .model = d->twin_models[model % known],
                            .nominal_v = 24,
                            .plant = &plant,
                            .memory = calloc(1, d->twin_memory)};
    p->device = (struct device){.driver = d, .how.rows = d->rows, .memory = calloc(1, d->memory)};
    if (!p->twin.memory || !p->device.memory || d->twin_begin(&p->twin))
        abort();
}

/* Buffers exactly as long as what is in them, so that reading on is seen. */
static uint8_t *copy_of(const uint8_t *bytes, size_t length, bool is_mended)
{
    uint8_t *copy = malloc(length ? length : 1);

    if (!copy)
        abort();
    memcpy(copy, bytes, length);
    if (is_mended && length > 2) {
        uint16_t sum = mate_sum(copy, length - 2);
        copy[length - 2] = (uint8_t)(sum >> 8);
        copy[length - 1] = (uint8_t)sum;
    }
    return copy;
}

static void hear(struct play *p, const uint8_t *asked, size_t asked_length, const uint8_t *answered,
                 size_t length)
{
    size_t skipped = 0;
    int detail = 0, judged = ERR_DATA;
    unsigned before = p->said;

    if (asked_length == MATE_ASKED)
        judged = mate_judge(asked, answered, length, &skipped);
    if (skipped && (judged || skipped > length))
        abort();
    int rc = mate_speech.decode(&p->how, asked, asked_length, answered, length, take, p, &detail);
    if (rc && p->said != before)
        abort(); /* nothing is said of what is wrong */
    if (rc == OK && asked_length && judged)
        abort();
    if (asked_length == MATE_ASKED && p->device.driver->doubts) {
        (void)p->device.driver->doubts(&p->device, asked, answered, length);
        if (p->device.driver->doubts(&p->device, asked, answered, length))
            abort(); /* heard twice */
    }
}

static void ask_twin(struct play *p, const uint8_t *asked, size_t length)
{
    struct answer a = {.length = 0};
    size_t skipped;

    if (mate_heard(asked, length) != (int)length)
        return;
    if (p->twin.driver->speech->answer(&p->twin, asked, length, &a))
        return;
    if (!a.length || a.length > sizeof a.bytes)
        abort();
    int rc = mate_judge(asked, a.bytes, a.length, &skipped);
    if (rc && rc != ERR_REFUSED)
        abort();
    hear(p, asked, length, a.bytes, a.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct play p;

    if (!length)
        return 0;
    begin(&p, *bytes++);
    for (length--; length > 0;) {
        size_t asked_length = *bytes & 15, answer_length = *bytes >> 4 ? (*bytes >> 4) + 3u : 0;
        bytes++;
        length--;
        asked_length = asked_length < length ? asked_length : length;
        uint8_t *asked = copy_of(bytes, asked_length, p.is_mended);
        bytes += asked_length;
        length -= asked_length;
        answer_length = answer_length < length ? answer_length : length;
        uint8_t *answered = copy_of(bytes, answer_length, p.is_mended);
        bytes += answer_length;
        length -= answer_length;
        hear(&p, asked, asked_length, answered, answer_length);
        ask_twin(&p, asked, asked_length);
        free(asked);
        free(answered);
    }
    if (p.twin.driver->forget)
        p.twin.driver->forget(&p.device);
    free(p.twin.memory);
    free(p.device.memory);
    return 0;
}

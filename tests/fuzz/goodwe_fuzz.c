/*
 * Any bytes as talk with a GoodWe inverter. The first byte chooses the twin's model and whether the
 * last check sum is made right; then the length of a question, the question, and what came back.
 * What a receiver takes for an answer lies within what came, nothing is said of what is wrong, and
 * what a twin says to a right question is an answer to it.
 */
#include "drivers/goodwe/goodwe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

struct play {
    struct reading reading;
    unsigned said;
};

static void take(void *to, const struct field *f)
{
    struct play *p = to;

    if (!f->name || (f->is_text && !f->text) || !isfinite(f->value))
        abort();
    p->said++;
    (void)field_to_reading(f, &p->reading);
}

/* Exactly as long as what is in it, so that reading on is seen. */
static uint8_t *copy_of(const uint8_t *bytes, size_t length, bool is_mended)
{
    uint8_t *copy = malloc(length ? length : 1);
    uint16_t sum = 0;

    if (!copy)
        abort();
    memcpy(copy, bytes, length);
    if (is_mended && length > 9) {
        for (size_t i = 0; i < length - 2; i++)
            sum = (uint16_t)(sum + copy[i]);
        copy[length - 2] = (uint8_t)(sum >> 8);
        copy[length - 1] = (uint8_t)sum;
    }
    return copy;
}

static void hear(const uint8_t *asked, size_t asked_length, const uint8_t *b, size_t length)
{
    struct decoding how = {.rows = goodwe_rows};
    struct play p = {.said = 0};
    struct goodwe_packet found;
    int detail = 0;
    int rc = goodwe_speech.decode(&how, asked, asked_length, b, length, take, &p, &detail);

    if (rc && p.said && asked_length)
        abort();
    if (!goodwe_speech.result(rc, detail))
        abort();
    if (goodwe_hunt(b, length, &found) == OK &&
        (found.end > length || found.data < b || found.data + found.length + 2 > b + length))
        abort();
}

static void ask_twin(uint8_t choice, const uint8_t *asked, size_t length)
{
    static const struct plant_now plant = {.pv_w = 300, .pv_v = 31, .case_c = 40};
    struct goodwe_twin memory = {.is_registered = choice & 8, .address = GOODWE_USUAL};
    struct twin t = {.driver = &driver_goodwe,
                     .of = 1,
                     .model = goodwe_models[(choice & 3) % 3],
                     .plant = &plant,
                     .memory = &memory};
    struct answer a = {.length = 0};
    struct goodwe_packet p;
    int heard = goodwe_heard(asked, length);

    if (heard > (int)length || goodwe_twin_begin(&t))
        abort();
    if (heard <= 0 || goodwe_answer(&t, asked, (size_t)heard, &a))
        return;
    if (!a.length || a.length > sizeof a.bytes || goodwe_hunt(a.bytes, a.length, &p) != OK)
        abort();
    if (goodwe_hunt(asked, length, &p) == OK && p.end == (size_t)heard &&
        p.data == asked + GOODWE_HEAD) {
        if (goodwe_judge(asked, a.bytes, a.length, &p) != OK)
            abort();
        hear(asked, (size_t)heard, a.bytes, a.length);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    if (length < 2)
        return 0;
    uint8_t choice = bytes[0];
    size_t asked_length = bytes[1] % 64;
    bytes += 2;
    length -= 2;
    asked_length = asked_length < length ? asked_length : length;
    uint8_t *asked = copy_of(bytes, asked_length, choice & 16);
    uint8_t *answered = copy_of(bytes + asked_length, length - asked_length, choice & 32);

    hear(asked, asked_length, answered, length - asked_length);
    hear(NULL, 0, answered, length - asked_length);
    ask_twin(choice, asked, asked_length);
    free(asked);
    free(answered);
    return 0;
}

/*
 * Any bytes as the answer to any question of the Axpert's table: judged, decoded, gathered into a
 * reading. Two bytes choose question and kind; a bit of the second makes a frame of the rest, with
 * its right sum, and another gives the rest to a twin as something asked.
 */
#include "drivers/axpert/axpert.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { AS_FRAME = 0x40, AS_QUESTION = 0x80, KIND_BITS = 9 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void take(void *to, const struct field *f)
{
    struct reading *r = to;
    double value = 0;

    if (!f->name || !*f->name || !isfinite(f->value) || (f->is_text && !f->text))
        abort();
    if (f->text && strlen(f->text) >= WORDS_TEXT)
        abort();
    if (field_to_reading(f, r) && (!reading_get(r, f->row->metric, &value) || !isfinite(value)))
        abort();
}

static size_t frame_around(const uint8_t *payload, size_t length, uint8_t *to)
{
    to[0] = '(';
    memcpy(to + 1, payload, length);
    uint16_t crc = axpert_crc(to, length + 1);
    to[length + 1] = (uint8_t)(crc >> 8);
    to[length + 2] = (uint8_t)crc;
    to[length + 3] = '\r';
    return length + 4;
}

static void check_frame(const struct axpert_frame *f, int rc, const uint8_t *bytes, size_t length)
{
    if (f->end > length)
        abort();
    if (rc == OK && ((const uint8_t *)f->payload < bytes || !f->end ||
                     (const uint8_t *)f->payload + f->length > bytes + length))
        abort();
    for (size_t i = 0; rc == OK && i < f->length; i++)
        if (!isprint((unsigned char)f->payload[i]) || f->payload[i] == '(')
            abort();
}

/* Whole only where decoding finds something, and never before. */
static void hear(const struct block *b, unsigned kind, const uint8_t *bytes, size_t length)
{
    uint8_t asked[ASK_MAX];
    struct ask ask = {.bytes = asked};
    struct axpert_frame f;
    struct reading r = {0};
    int detail = 0;

    if (axpert_speech.question(1, b, asked, &ask))
        abort();
    int rc = axpert_judge(asked, ask.length, bytes, length, &f);
    check_frame(&f, rc, bytes, length);
    int whole = ask.whole(&ask, bytes, length);
    if (whole > (int)length || (rc == OK) != (whole > 0))
        abort();
    int decoded = axpert_speech.decode(&(struct decoding){.rows = axpert_rows, .kind = kind}, asked,
                                       ask.length, bytes, length, take, &r, &detail);
    if (rc && (decoded != rc || r.count))
        abort();
    (void)axpert_speech.result(decoded, detail); /* any pair has words, or none */
}

static void ask_twin(unsigned which, const uint8_t *bytes, size_t length)
{
    static const struct plant_now plant = {.battery_v = 52, .pv_w = 1000, .pv_v = 300};
    unsigned models = 0;
    struct answer a = {0};
    struct axpert_frame f;

    while (axpert_models[models])
        models++;
    struct twin t = {.driver = driver_find("axpert"),
                     .model = axpert_models[which % models],
                     .of = 1,
                     .nominal_v = 48,
                     .plant = &plant,
                     .memory = calloc(1, sizeof(struct axpert_twin))};
    if (!t.memory || axpert_twin_begin(&t))
        abort();
    if (axpert_speech.heard(bytes, length) > (int)length)
        abort();
    if (axpert_answer(&t, bytes, length, &a) == OK) {
        int rc = axpert_judge(NULL, 0, a.bytes, a.length, &f);
        if (f.end != a.length || (rc && rc != ERR_REFUSED))
            abort();
    }
    free(t.memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    unsigned blocks = 0;

    if (length < 2 || length > ANSWER_MAX - 4)
        return 0;
    while (axpert_blocks[blocks].name)
        blocks++;
    size_t rest = length - 2;
    uint8_t *copy = malloc(rest + 4); /* no longer than it must be */
    if (!copy)
        return 0;
    unsigned kind = 1u << (bytes[1] & 15) % KIND_BITS;
    if (bytes[1] & AS_FRAME) {
        rest = frame_around(bytes + 2, rest, copy);
    } else {
        free(copy);
        copy = malloc(rest ? rest : 1);
        if (!copy)
            return 0;
        memcpy(copy, bytes + 2, rest);
    }
    if (!(bytes[1] & AS_QUESTION)) {
        hear(&axpert_blocks[bytes[0] % blocks], kind, copy, rest);
    } else {
        char command[AXPERT_REQUEST_MAX + 1];
        uint8_t asked[ASK_MAX];
        snprintf(command, sizeof command, "%.*s", (int)rest, (const char *)copy);
        size_t asked_length = bytes[1] & AS_FRAME ? 0 : axpert_request(command, asked);
        ask_twin(bytes[0], copy, rest);
        if (asked_length) /* as text, with the sum it should have */
            ask_twin(bytes[0], asked, asked_length);
    }
    free(copy);
    return 0;
}

/*
 * Any bytes as a question and its answer. The first byte says where one ends and the other
 * begins (6 bits), and whether the check sums of question and answer are to be made right: no
 * fuzzer finds a check sum by chance. What modbus_whole takes for an answer, decode must take for
 * one too.
 */
#include "bus/crc16.h"
#include "drivers/modbus.h"
#include "drivers/tracer/tracer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

struct given {
    struct reading reading;
    size_t said;
};

static void take(void *to, const struct field *f)
{
    struct given *g = to;

    if (!f->name || (f->is_text && !f->text) || !isfinite(f->value))
        abort();
    g->said += strlen(f->name) + (f->text ? strlen(f->text) : 0);
    (void)field_to_reading(f, &g->reading); /* many have no metric */
}

/* Buffers exactly as long as what is in them, so that reading on is seen. */
static uint8_t *copy_of(const uint8_t *bytes, size_t length, bool is_mended)
{
    uint8_t *copy = malloc(length ? length : 1);

    if (!copy)
        abort();
    memcpy(copy, bytes, length);
    if (is_mended && length > 2)
        (void)crc16_append(copy, length - 2); /* its length is known */
    return copy;
}

static void check_heard(const uint8_t *bytes, size_t length)
{
    int n = modbus_speech.heard(bytes, length);

    if (n > 0 && ((size_t)n > length || modbus_speech.heard(bytes, (size_t)n) != n))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct given given = {0};
    int detail = 0;

    if (!length)
        return 0;
    size_t asked_length = bytes[0] & 0x3f, left = length - 1;
    if (asked_length > left)
        asked_length = left;
    size_t answered_length = left - asked_length;
    if (answered_length > ANSWER_MAX)
        answered_length = ANSWER_MAX;
    uint8_t *asked = copy_of(bytes + 1, asked_length, bytes[0] & 0x80);
    uint8_t *answered = copy_of(bytes + 1 + asked_length, answered_length, bytes[0] & 0x40);
    const struct ask ask = {.bytes = asked, .length = asked_length, .whole = modbus_whole};

    int rc = modbus_speech.decode(&(struct decoding){.rows = tracer_rows}, asked, asked_length,
                                  answered, answered_length, take, &given, &detail);
    int whole = modbus_whole(&ask, answered, answered_length);
    if (rc > 0 || whole > (int)answered_length)
        abort();
    if (rc == OK && whole != (int)answered_length)
        abort(); /* decoded, though the wire would still wait, or would not have it */
    if (rc == ERR_REFUSED && whole != ERR_REFUSED)
        abort();
    if (rc && given.said)
        abort(); /* nothing is told of an answer that is wrong */
    check_heard(asked, asked_length);
    check_heard(answered, answered_length);
    free(asked);
    free(answered);
    return 0;
}

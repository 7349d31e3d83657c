/* How the twin answers: questions from its samples, settings by changing them. */
#include "drivers/axpert/twin.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int say(struct answer *a, const char *payload)
{
    size_t length = strlen(payload) + 1;

    if (length + 3 > sizeof a->bytes)
        return ERR_FULL;
    a->bytes[0] = '(';
    memcpy(a->bytes + 1, payload, length - 1);
    uint16_t crc = axpert_crc(a->bytes, length);
    a->bytes[length] = (uint8_t)(crc >> 8);
    a->bytes[length + 1] = (uint8_t)crc;
    a->bytes[length + 2] = 0x0d;
    a->length = length + 3;
    return OK;
}

/* The serial number in the sample's place: each unit has its own. */
static void put_serial(const struct twin *t, char *payload, unsigned unit)
{
    uint64_t first = UINT64_C(92932004100443) + UINT64_C(1000) * t->place;
    char serial[SERIAL_TEXT];
    char *at = strstr(payload, "92932004102443");

    if (*t->serial)
        first = strtoull(t->serial, NULL, 10);
    snprintf(serial, sizeof serial, "%014llu", (unsigned long long)(first + unit));
    if (!at)
        at = strstr(payload, "92931701100510");
    if (at)
        memcpy(at, serial, SERIAL_DIGITS);
}

/* QPGSn: unit n of those that are alive, in their order; beyond them nobody exists. */
static int answer_unit(const struct twin *t, const struct block *b, char digit, struct answer *a)
{
    char payload[WORDS_TEXT];
    struct text text = text_on(payload, sizeof payload);
    unsigned wanted = (unsigned)(digit - '0'), unit = wanted;

    words_encode(axpert_rows, b->function, t->kind, axpert_twin_sample(t, b), &t->state, &text);
    if (wanted >= axpert_twin_units(t)) {
        size_t first = strcspn(payload, " ");
        memset(payload, '0', first);
        if (strcspn(payload + first + 1, " ") == SERIAL_DIGITS)
            memset(payload + first + 1, '0', SERIAL_DIGITS);
        return say(a, payload);
    }
    if (t->dead > 1 && unit + 1 >= t->dead)
        unit++; /* the ones behind the dead one move up */
    put_serial(t, payload, unit);
    return say(a, payload);
}

static int answer_question(const struct twin *t, const char *command, const struct block *b,
                           struct answer *a)
{
    char payload[WORDS_TEXT];
    struct text text = text_on(payload, sizeof payload);
    const char *sample = axpert_twin_sample(t, b);

    if (!sample)
        return ERR_REFUSED;
    if (b->function == QPGS || b->function == QP2GS) {
        size_t digit = strcspn(b->text, "#");
        return strlen(command) == digit + 1 && isdigit((unsigned char)command[digit])
                   ? answer_unit(t, b, command[digit], a)
                   : ERR_REFUSED;
    }
    words_encode(axpert_rows, b->function, t->kind, sample, &t->state, &text);
    put_serial(t, payload, 0);
    if (sample[strlen(sample) - 1] == ' ')
        text_char(&text, ' ');
    return say(a, payload);
}

int axpert_answer(struct twin *t, const uint8_t *asked, size_t length, struct answer *a)
{
    char command[AXPERT_REQUEST_MAX + 1];
    uint8_t whole[ASK_MAX];
    int rc = ERR_REFUSED;

    if (length < 3 || length > AXPERT_REQUEST_MAX + 3)
        return ERR_TIMEOUT;
    snprintf(command, sizeof command, "%.*s", (int)length - 3, (const char *)asked);
    if (t->driver->twin_now)
        t->driver->twin_now(t);
    size_t usual = axpert_request(command, whole);
    bool has_zero = axpert_twin_raises_zero(t) && axpert_raise(whole, usual);
    if (usual == length && !memcmp(whole, asked, length)) {
        const struct block *b = axpert_block_of(asked, length);
        rc = b                   ? answer_question(t, command, b, a)
             : command[0] == 'Q' ? ERR_REFUSED
                                 : axpert_twin_told(t, command, a);
    } else if (has_zero)
        return ERR_TIMEOUT; /* passed over in silence */
    if (rc)
        axpert_speech.refuse(asked, length, a);
    if (axpert_twin_raises_zero(t))
        (void)axpert_raise(a->bytes, a->length); /* most sums have no zero */
    if (axpert_twin_adds_lf(t) && a->length < sizeof a->bytes)
        a->bytes[a->length++] = '\n';
    return OK;
}

/* Another unit's mode, or the beginning of its status. */
size_t axpert_stranger(struct chance *c, uint8_t *to)
{
    struct answer a;
    static const char *const said[] = {"L", "B", "ACK", "232.1 50.0 230.1 49.9 0344 0312"};

    (void)say(&a, said[chance_between(c, 0, 3)]);
    memcpy(to, a.bytes, a.length);
    return a.length;
}

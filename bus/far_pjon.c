/* A twin's bridge (bus/far_pjon.h). */
#include "bus/far_pjon.h"

#include "bus/pjon_frame.h"
#include "bus/sum16.h"

#include <string.h>

enum { PART = 7 /* which bus, then a command without its sum */, TOO_LITTLE = 5, BAD_SUM = 6 };

int far_pjon_heard(const uint8_t *bytes, size_t length)
{
    if (!length)
        return 0;
    if (bytes[0] != PJON_START)
        return -1;
    for (size_t i = 1; i < length && i < PJON_WIRE_MAX; i++) {
        if (bytes[i] == PJON_END)
            return (int)i + 1;
        if (bytes[i] == PJON_START)
            return -1;
    }
    return length < PJON_WIRE_MAX ? 0 : -1;
}

static int take_packet(const uint8_t *bytes, size_t length, struct pjon_packet *packet)
{
    struct pjon_reader reader = {0};
    int rc = 0;

    for (size_t i = 0; i < length && !rc; i++)
        rc = pjon_read(&reader, bytes[i], packet);
    return rc;
}

static void say(const struct pjon_packet *packet, struct far_answer *a)
{
    a->answer.length = pjon_wrap(packet, a->answer.bytes);
    a->pause_us = 0; /* a bridge sends a packet when it has it, and all of it */
}

static void say_one(uint8_t what, struct far_answer *a)
{
    struct pjon_packet packet = {.to = PJON_ANYONE, .from = PJON_BRIDGE, .length = 1};

    packet.payload[0] = what;
    if (what == 'E') { /* the one thing it wants to be sure of having said */
        packet.to = PJON_HOST;
        packet.wants_ack = true;
    }
    say(&packet, a);
}

/* What the twin said, judged as the bridge does. */
static void pass_on(struct far_answer *a)
{
    struct pjon_packet packet = {.to = PJON_ANYONE, .from = PJON_BRIDGE};
    size_t length = a->answer.length;

    if (length < SUM16_SIZE + 2 || length - SUM16_SIZE > PJON_PAYLOAD_MAX) {
        say_one(TOO_LITTLE, a);
        return;
    }
    if (!sum16_is_right(a->answer.bytes, length)) {
        say_one(BAD_SUM, a);
        return;
    }
    packet.length = length - SUM16_SIZE;
    memcpy(packet.payload, a->answer.bytes, packet.length);
    say(&packet, a);
}

int far_pjon_answer(void *far_pjon, const uint8_t *asked, size_t length, struct far_answer *a)
{
    struct far_pjon *far = far_pjon;
    struct pjon_packet packet;
    uint8_t command[PART - 1 + SUM16_SIZE];
    int rc = take_packet(asked, length, &packet);

    a->delay_us = a->pause_us = 0;
    a->answer.length = 0;
    if (rc != 1) {
        say_one('N', a);
        return OK;
    }
    if (packet.from == PJON_BRIDGE || (packet.to != PJON_BRIDGE && packet.to != PJON_ANYONE))
        return ERR_TIMEOUT;
    if (packet.length != PART || packet.payload[0] != 0x0a) {
        say_one('E', a);
        return OK;
    }
    memcpy(command, packet.payload + 1, PART - 1);
    rc = far->answer(far->who, command, sum16_append(command, PART - 1), a);
    if (rc || !a->answer.length)
        return rc;
    a->delay_us += (int64_t)(sizeof command + a->answer.length) * far->byte_us;
    a->delay_us += a->pause_us;
    pass_on(a);
    return OK;
}

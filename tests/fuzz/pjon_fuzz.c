/* Any bytes from a bridge; every packet found in them is the same after another journey. */
#include "bus/pjon_frame.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void again(const struct pjon_packet *packet)
{
    struct pjon_reader reader = {0};
    struct pjon_packet back = {0};
    uint8_t wire[PJON_WIRE_MAX];
    size_t n = pjon_wrap(packet, wire);
    int rc = 0;

    if (!n)
        abort();
    for (size_t i = 0; i < n; i++)
        rc = pjon_read(&reader, wire[i], &back);
    if (rc != 1 || back.to != packet->to || back.from != packet->from ||
        back.wants_ack != packet->wants_ack || back.length != packet->length ||
        memcmp(back.payload, packet->payload, back.length) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct pjon_reader *reader = calloc(1, sizeof *reader);
    struct pjon_packet *packet = calloc(1, sizeof *packet);

    if (!reader || !packet)
        abort();
    for (size_t i = 0; i < length; i++) {
        int rc = pjon_read(reader, bytes[i], packet);
        if (rc == 1)
            again(packet);
        else if (rc && rc != ERR_CRC && rc != ERR_LENGTH && rc != ERR_DATA)
            abort();
    }
    free(packet);
    free(reader);
    return 0;
}

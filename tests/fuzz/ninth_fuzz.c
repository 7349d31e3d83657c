/* Any stream of marked bytes; what comes out of it is cut into runs that carry the same bits. */
#include "bus/ninth.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static bool sent_bit(char parity, uint8_t byte)
{
    bool is_odd = __builtin_popcount(byte) % 2;

    return parity == 'M' || (parity == 'E' && is_odd) || (parity == 'O' && !is_odd);
}

static void cut(enum ninth_way way, const uint8_t *packet, size_t length)
{
    size_t at = 0, n;

    for (; (n = ninth_run(way, packet, length, at)) > 0; at += n) {
        char parity = ninth_parity(way, packet[at], at == 0);
        if (at + n > length)
            abort();
        for (size_t i = at; i < at + n; i++)
            if (sent_bit(parity, packet[i]) != (i == 0))
                abort();
    }
    if (at != length)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct ninth_reader reader = {0};
    uint8_t *packet = malloc(length + 1);
    size_t got = 0;

    if (!packet)
        abort();
    for (size_t i = 0; i < length; i++) {
        bool ninth = false;
        int rc = ninth_read(&reader, bytes[i], packet + got, &ninth);
        if (rc != 0 && rc != 1 && rc != ERR_DATA)
            abort();
        if (ninth && (rc != 1 || i < 2 || bytes[i - 1] != 0x00 || bytes[i - 2] != 0xff))
            abort(); /* a bit nobody set */
        got += rc == 1;
    }
    cut(NINTH_MARK, packet, got);
    cut(NINTH_EVENODD, packet, got);
    free(packet);
    return 0;
}

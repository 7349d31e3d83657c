/*
 * How many pages one core takes apart: pages SECONDS prints frames=PER-SECOND fields=COUNT. A page
 * of an MX is judged (length, check sum, type), decoded by rows and put into a reading. The pages
 * differ, so that nothing can be left out.
 */
#include "base/clock.h"
#include "drivers/mate/mate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES = 64, BURST = 1000, FAIL = 1, LENGTH = 1 + MATE_PAGE + 2, VOLTS_AT = 11 };

static void make(uint8_t *to, unsigned tenths)
{
    static const uint8_t said[] = {0x03, 0x89, 0x84, 0x89, 0x00, 0x55, 0x3f,
                                   0x02, 0x00, 0x15, 0x00, 0xfe, 0x02, 0xa8};

    memcpy(to, said, sizeof said);
    to[VOLTS_AT - 1] = (uint8_t)(tenths >> 8);
    to[VOLTS_AT] = (uint8_t)tenths;
    uint16_t sum = mate_sum(to, LENGTH - 2);
    to[LENGTH - 2] = (uint8_t)(sum >> 8);
    to[LENGTH - 1] = (uint8_t)sum;
}

int main(int argc, char **argv)
{
    static uint8_t frames[FRAMES][LENGTH];
    static struct reading r;
    struct decoding how = {.rows = mate_mx_rows};
    uint8_t asked[ASK_MAX];
    size_t length = mate_ask(asked, 1, MATE_STATUS, 1, 0);
    int64_t limit_us = (int64_t)((argc > 1 ? atof(argv[1]) : 1) * 1e6), took = 0;
    uint64_t done = 0;
    int detail;

    for (unsigned i = 0; i < FRAMES; i++)
        make(frames[i], 240 + i);
    for (int64_t begun = clock_us(); took < limit_us; took = clock_us() - begun)
        for (unsigned i = 0; i < BURST; i++, done++) {
            double volts = 0;
            r.count = 0;
            if (mate_speech.decode(&how, asked, length, frames[done % FRAMES], LENGTH,
                                   device_collect, &r, &detail) ||
                !reading_get(&r, M_BATTERY_VOLTAGE, &volts) ||
                (unsigned)(volts * 10 + 0.5) != 240 + done % FRAMES)
                return FAIL;
        }
    printf("frames=%" PRIu64 " fields=%u\n", done * 1000000 / (uint64_t)took, (unsigned)r.count);
    return 0;
}

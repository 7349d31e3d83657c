/*
 * How many QPIGS answers one core takes apart: decode SECONDS prints frames=PER-SECOND
 * fields=COUNT. A frame is judged (frame, check sum, does it suit the question), cut into words,
 * decoded by rows and put into a reading. The frames differ, so that nothing can be left out.
 */
#include "base/clock.h"
#include "drivers/axpert/axpert.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES = 64, BURST = 1000, FAIL = 1 };

static const char SAID[] = "230.0 50.0 230.0 50.0 0161 0%03u 003 460 57.50 012 100 0069 0014 103.8 "
                           "57.45 00000 00110110 00 00 00856 010";

struct frame {
    uint8_t bytes[ANSWER_MAX];
    size_t length;
};

static void make(struct frame *to, unsigned watts)
{
    char said[WORDS_TEXT];
    int length = snprintf(said, sizeof said, SAID, watts);

    to->bytes[0] = '(';
    memcpy(to->bytes + 1, said, (size_t)length);
    to->length = (size_t)length + 1;
    uint16_t crc = axpert_crc(to->bytes, to->length);
    to->bytes[to->length++] = (uint8_t)(crc >> 8);
    to->bytes[to->length++] = (uint8_t)crc;
    to->bytes[to->length++] = 0x0d;
}

int main(int argc, char **argv)
{
    static struct frame frames[FRAMES];
    static struct reading r;
    struct decoding how = {.rows = axpert_rows, .kind = KIND_CLASSIC};
    uint8_t asked[ASK_MAX];
    size_t length = axpert_request("QPIGS", asked);
    int64_t limit_us = (int64_t)((argc > 1 ? atof(argv[1]) : 1) * 1e6), took = 0;
    uint64_t done = 0;
    int detail;

    for (unsigned i = 0; i < FRAMES; i++)
        make(&frames[i], 100 + i);
    for (int64_t begun = clock_us(); took < limit_us; took = clock_us() - begun)
        for (unsigned i = 0; i < BURST; i++, done++) {
            const struct frame *f = &frames[done % FRAMES];
            double watts = 0;
            r.count = 0;
            if (axpert_speech.decode(&how, asked, length, f->bytes, f->length, device_collect, &r,
                                     &detail) ||
                !reading_get(&r, M_OUTPUT_POWER, &watts) || (unsigned)watts != 100 + done % FRAMES)
                return FAIL;
        }
    printf("frames=%" PRIu64 " fields=%u\n", done * 1000000 / (uint64_t)took, (unsigned)r.count);
    return 0;
}

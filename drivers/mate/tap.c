/*
 * What a tap on the wire between a MATE and its devices wrote into frames of its own:
 *
 *      0a question ...                 0b answer ...
 *      0f length length question ... answer ...
 *
 * Programs that write such frames of what they asked themselves leave the sums out, as FFFF.
 */
#include "drivers/mate/mate.h"

#include <string.h>

enum { TAP_ASKED = 0x0a, TAP_ANSWERED = 0x0b, TAP_BOTH = 0x0f, NO_SUM = 0xff, SUM_BYTES = 2 };

static bool take(const uint8_t *from, size_t length, uint8_t *to, size_t size, size_t *taken)
{
    if (length > size)
        return false;
    memcpy(to, from, length);
    *taken = length;
    if (length > SUM_BYTES && to[length - 2] == NO_SUM && to[length - 1] == NO_SUM) {
        uint16_t sum = mate_sum(to, length - SUM_BYTES);
        to[length - 2] = (uint8_t)(sum >> 8);
        to[length - 1] = (uint8_t)sum;
    }
    return true;
}

bool mate_tapped(const uint8_t *frame, size_t length, struct tapped *to)
{
    to->asked_length = to->answered_length = 0;
    if (length < 2)
        return false;
    if (frame[0] == TAP_ASKED)
        return take(frame + 1, length - 1, to->asked, sizeof to->asked, &to->asked_length);
    if (frame[0] == TAP_ANSWERED)
        return take(frame + 1, length - 1, to->answered, sizeof to->answered, &to->answered_length);
    if (frame[0] != TAP_BOTH || length < 3u + frame[1] + frame[2])
        return false;
    return take(frame + 3, frame[1], to->asked, sizeof to->asked, &to->asked_length) &&
           take(frame + 3 + frame[1], frame[2], to->answered, sizeof to->answered,
                &to->answered_length);
}

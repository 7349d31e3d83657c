/*
 * Answers made of bytes with numbers at odd places: pages. Rows say where; both directions.
 *
 *      at    0    1    2    3    4    5    ...
 *           89   84   89   00   55   3f
 *            \_ BYTE_BITS      \_ FAR_LOW: its upper bits stand in byte 0
 */
#ifndef DRIVERS_BYTES_H
#define DRIVERS_BYTES_H

#include "drivers/row.h"

/* A stretch of positions that may have come in several answers: which bytes of it are here. */
struct stretch {
    uint16_t first, length; /* its positions */
    const uint8_t *bytes;
    const uint8_t *have; /* one a byte, or NULL: all of them */
};

/* Every row of this block whose last byte stands in from..from+count, when all its bytes are here.
 */
void bytes_decode(const struct row *rows, uint8_t in, unsigned kind, const struct stretch *s,
                  uint16_t from, uint16_t count, field_fn *each, void *to);

/* The twin's direction: fills the stretch as these metrics would have it; other bytes stay. */
void bytes_encode(const struct row *rows, uint8_t in, unsigned kind, const struct reading *from,
                  uint16_t first, uint16_t length, uint8_t *bytes);

#endif

/*
 * The stream a MATE says by itself on its serial port, 19200 baud: once a second one line for each
 * device, of 47 characters between a line feed and a carriage return.
 *
 *      A,00,08,06,034,031,00,05,000,02,262,0000,00,059
 *      |                                           \_ sum of all characters but commas, each less
 * 48
 *      \_ 0 an FX alone, 1 to : on ports 1 to 10; A and B to K an MX; a to j a FLEXnet DC
 */
#ifndef DRIVERS_MATE_LINE_H
#define DRIVERS_MATE_LINE_H

#include "drivers/mate/mate.h"

enum { MATE_LINE = 47, MATE_LINE_NUMBERS = 13, LINE_FEED = '\n', LINE_END = '\r' };

/* What only the line of a FLEXnet DC says, at places behind its six pages. */
enum {
    LINE_EXTRA = 80, /* which number rotates into this line */
    LINE_SHUNTS,     /* and two more: 1 enabled */
    LINE_FLAGS = LINE_SHUNTS + 3,
    LINE_TEMPERATURE, /* two bytes */
    MATE_EXTRAS = 14,
    LINE_NO_SENSOR = 99,
};

struct mate_line {
    enum mate_type type;
    char letter;
    uint8_t port;
    bool is_old; /* an MX line before revision 4.01: it has no ampere-hours */
    unsigned count;
    unsigned numbers[MATE_LINE_NUMBERS]; /* between the letter and the sum */
    unsigned sum;
};

/* What is between line feed and carriage return. ERR_SHORT, ERR_LENGTH, ERR_GARBAGE (no such form),
 * ERR_FOREIGN (nobody's letter), ERR_CRC. */
int mate_line_read(const uint8_t *bytes, size_t length, struct mate_line *to) MUST_CHECK;

/* The other direction: LF, line, CR. A number that has no room is the largest that has. */
size_t mate_line_write(const struct mate_line *line, uint8_t *to, size_t size);

/* Could these bytes be such a line, rather than a packet? */
bool mate_is_line(const uint8_t *bytes, size_t length);

/* First and last letter that the line of this port may begin with, of the family whose first letter
 * is given; port 0: of any port. */
void mate_line_letters(char first, uint8_t port, uint8_t to[2]);

/* A status page says the same in other words: these bytes of it are known from a line. */
void mate_line_to_pages(const struct mate_line *line, uint8_t pages[PAGES_MAX],
                        uint8_t have[PAGES_MAX]);
/* Of the rotating number of a FLEXnet DC's line. */
void mate_pages_to_line(const uint8_t pages[PAGES_MAX], unsigned extra, struct mate_line *to);

int mate_line_decode(struct decoding *how, const uint8_t *bytes, size_t length, field_fn *each,
                     void *to) MUST_CHECK;

extern const struct row mate_dc_line_rows[]; /* of what stands behind the pages */
extern const struct speech mate_stream;
extern const struct block mate_stream_fx[], mate_stream_mx[], mate_stream_dc[];
int mate_stream_meet(struct device *d) MUST_CHECK;

#endif

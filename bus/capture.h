/*
 * The one text format for traffic: written by --record and by the log, read by the replay line,
 * by `helio decode` and by the tests.
 *
 *      # Device: EPsolar Tracer 4210AN, firmware 2.13     header and remarks
 *      @ battery_voltage                                  a name for what follows (optional)
 *      > 01 04 31 04 00 01 7e f7                          asked
 *      < 01 04 02 04 ce 3a 64                             answered
 *      ! timeout                                          or: how the exchange failed
 *      = bavolt 12.3                                      what it means (tests)
 *
 * `^` before a byte says that its ninth bit is set.
 */
#ifndef BUS_CAPTURE_H
#define BUS_CAPTURE_H

#include "base/error.h"
#include "bus/bus.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { CAPTURE_NAME = 80, CAPTURE_LINE = 4096 };

void capture_write(FILE *to, const uint8_t *asked, size_t asked_length, const uint8_t *answered,
                   size_t answered_length, int result);

enum capture_kind {
    CAPTURE_NOTHING,
    CAPTURE_CASE,
    CAPTURE_ASKED,
    CAPTURE_ANSWERED,
    CAPTURE_FAILED,
    CAPTURE_MEANING
};

/* One line, taken apart. */
struct capture_line {
    enum capture_kind kind;
    size_t length;
    uint8_t bytes[ANSWER_MAX];
    uint8_t ninth[ANSWER_MAX / 8]; /* a bit for each byte */
    char text[CAPTURE_NAME * 4];   /* the case's name, the failure's word, the meaning */
};

/* Pure: OK, or ERR_DATA for a line that is none of the above. */
int capture_read_line(const char *line, struct capture_line *to) MUST_CHECK;

/* "01 ^04" to bytes and ninth bits; "-" is nothing. Returns the count or ERR_DATA, ERR_FULL. */
int capture_read_bytes(const char *text, uint8_t *to, uint8_t *ninth, size_t size) MUST_CHECK;

#endif

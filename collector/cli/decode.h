/* What `helio decode` does with one exchange: its numbers, for people or as a line of JSON. */
#ifndef COLLECTOR_DECODE_H
#define COLLECTOR_DECODE_H

#include "base/json.h"
#include "drivers/driver.h"

#include <stdio.h>

/* REQUEST<TAB>RESPONSE in hexadecimal. A reading may take several exchanges: all of them must be
 * good. The line is taken apart in place. `kind` of the family as its driver counts them; 0: not
 * known. */
int decode_hex_line(const struct driver *driver, unsigned kind, char *line, struct json *json);

/* An exchange as it comes out of a file, piece by piece. */
struct exchange {
    const struct driver *driver;
    unsigned kind;
    bool is_json;
    uint8_t asked[ANSWER_MAX], answered[ANSWER_MAX];
    size_t asked_length, answered_length;
    bool is_begun;
};

/* Decodes and prints what has been gathered. Returns what was wrong with it, which is printed too.
 */
int exchange_finish(struct exchange *e);

/* A whole file: a capture (bus/capture.h), or a recording of a network tool (collector/cli/pcap.h).
 */
int decode_file(const struct driver *driver, unsigned kind, FILE *from, const char *path,
                bool is_json) MUST_CHECK;

#endif

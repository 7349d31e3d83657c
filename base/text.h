/*
 * One bounded writer for every piece of text the program makes. It remembers overflow and is
 * asked once at the end. It owns nothing: the bytes belong to the caller, who may let them grow.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    char *to; /* always ended with NUL */
    size_t size, used;
    bool is_cut;
    /* Makes the room at least `size`, or returns false. NULL: it stays as it is. */
    bool (*grow)(struct text *t, size_t size);
};

struct text text_on(char *to, size_t size);
void text_char(struct text *t, char c);
void text_add(struct text *t, const char *words);
void text_bytes(struct text *t, const char *bytes, size_t length);
void text_format(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_integer(struct text *t, int64_t value);
void text_number(struct text *t, double value);  /* shortest form that reads back the same */
void text_csv(struct text *t, const char *cell); /* RFC 4180: in quotes where it must be */
void text_hex(struct text *t, const uint8_t *bytes, size_t length); /* "01 04 31" */

/* Reading: blanks are allowed between pairs of digits. Returns the count, or ERR_DATA. */
int hex_read(const char *from, uint8_t *to, size_t size);
bool number_read(const char *from, double *to);   /* the whole text must be one finite number */
bool integer_read(const char *from, int64_t *to); /* decimal or 0x hexadecimal */

char *text_trim(char *text);                        /* cuts blanks at both ends, in place */
bool text_is(const char *a, const char *b);         /* equal, upper or lower case */
bool text_fits(const char *text, const char *form); /* "00.0": 0 is a digit, the rest itself */

/* How far apart are two words? For "did you mean". */
unsigned text_distance(const char *a, const char *b);

#endif

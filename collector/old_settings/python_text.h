/* The small pieces of Python's text: blanks, names, numbers, strings (python_words.c has more). */
#ifndef COLLECTOR_OLD_SETTINGS_PYTHON_TEXT_H
#define COLLECTOR_OLD_SETTINGS_PYTHON_TEXT_H

#include "collector/old_settings/finds.h"

struct python {
    const char *at; /* ends with NUL */
    unsigned line;
    struct finds *to;
};

/* One sign on; never past the end. */
void python_step(struct python *p);

/* Past blanks: what comes then. `_in`: inside brackets, where lines and comments are blanks too. */
char python_next(struct python *p);
char python_next_in(struct python *p);

void python_skip_comment(struct python *p);
bool python_skip_string(struct python *p); /* false: it is not closed; all of its line is passed */

/* Does a value end here: a line, a comment, a semicolon, or inside brackets its , or bracket? */
bool python_ends(struct python *p, bool is_inside);

/* Each false when there is none, or it does not fit. Names may have dots. */
bool python_name(struct python *p, char *to, size_t size);
bool python_number(struct python *p, char *to, size_t size);

bool python_is_string(const struct python *p);
bool python_strings(struct python *p, char *to, size_t size, bool is_inside); /* 'a' 'b' is one */

#endif

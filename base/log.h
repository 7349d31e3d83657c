/*
 * Messages for the owner of the panels: what, which device, what happens next. They go to
 * standard error; under a journal with its <level> prefixes, else plain. Where there is no journal
 * they may go to a file, with time and level.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* The numbers are syslog's. WIRE prints every byte that travels, in the capture format. */
enum log_level {
    LOG_LEVEL_ERR = 3,
    LOG_LEVEL_WARN,
    LOG_LEVEL_NOTE,
    LOG_LEVEL_INFO,
    LOG_LEVEL_DEBUG,
    LOG_LEVEL_WIRE
};

void log_set_level(enum log_level level);
enum log_level log_get_level(void);
void log_say(enum log_level level, const char *who, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
const char *log_level_name(enum log_level level); /* "warning" */

/* From here on into this file, at its end: it is made when it is not there. The same path again
 * opens it anew, since it may have been moved away. NULL: standard error. When it cannot be opened,
 * nothing changes, and errno says why. */
int log_to_file(const char *path) MUST_CHECK;
void log_wire(const char *who, char direction, const uint8_t *bytes, size_t length);

#define log_err(who, ...) log_say(LOG_LEVEL_ERR, who, __VA_ARGS__)
#define log_warn(who, ...) log_say(LOG_LEVEL_WARN, who, __VA_ARGS__)
#define log_note(who, ...) log_say(LOG_LEVEL_NOTE, who, __VA_ARGS__)
#define log_info(who, ...) log_say(LOG_LEVEL_INFO, who, __VA_ARGS__)
#define log_debug(who, ...) log_say(LOG_LEVEL_DEBUG, who, __VA_ARGS__)

#endif

/* One line a message, written with one call so that threads do not mix (base/log.h). */
#include "base/log.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 2048 };

static _Atomic int loudest = LOG_LEVEL_NOTE;

void log_set_level(enum log_level level)
{
    loudest = (int)level;
}

enum log_level log_get_level(void)
{
    return (enum log_level)loudest;
}

static void begin(struct text *line, enum log_level level, const char *who)
{
    if (getenv("JOURNAL_STREAM"))
        text_format(line, "<%d>", level > LOG_LEVEL_DEBUG ? LOG_LEVEL_DEBUG : (int)level);
    else
        text_add(line, "helio: ");
    if (who && *who)
        text_format(line, "%s: ", who);
}

static void end(struct text *line)
{
    if (line->is_cut)
        line->used = line->size - 2; /* leave room for the line's end */
    line->to[line->used++] = '\n';
    /* A log that cannot be written must not stop the collection. */
    ssize_t ignored = write(STDERR_FILENO, line->to, line->used);
    (void)ignored;
}

void log_say(enum log_level level, const char *who, const char *format, ...)
{
    char bytes[LINE_MAX_BYTES];
    struct text line = text_on(bytes, sizeof bytes);
    va_list args;
    int wrote;

    if ((int)level > loudest)
        return;
    begin(&line, level, who);
    va_start(args, format);
    wrote = vsnprintf(line.to + line.used, line.size - line.used, format, args);
    va_end(args);
    line.used += wrote > 0 ? (size_t)wrote : 0;
    line.is_cut = line.used >= line.size - 1;
    end(&line);
}

void log_wire(const char *who, char direction, const uint8_t *bytes, size_t length)
{
    char text[LINE_MAX_BYTES];
    struct text line = text_on(text, sizeof text);

    if (loudest < LOG_LEVEL_WIRE)
        return;
    begin(&line, LOG_LEVEL_WIRE, who);
    text_format(&line, "%c ", direction);
    text_hex(&line, bytes, length);
    text_add(&line, "  # ");
    for (size_t i = 0; i < length; i++)
        text_char(&line, bytes[i] >= ' ' && bytes[i] < 0x7f ? (char)bytes[i] : '.');
    end(&line);
}

const char *log_level_name(enum log_level level)
{
    static const char *const names[] = {
        [LOG_LEVEL_ERR] = "error", [LOG_LEVEL_WARN] = "warning", [LOG_LEVEL_NOTE] = "note",
        [LOG_LEVEL_INFO] = "info", [LOG_LEVEL_DEBUG] = "debug",  [LOG_LEVEL_WIRE] = "wire"};

    return level >= LOG_LEVEL_ERR && level <= LOG_LEVEL_WIRE ? names[level] : "note";
}

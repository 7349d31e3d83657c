/* One line a message, written with one call so that threads do not mix (base/log.h). */
#include "base/log.h"

#include "base/clock.h"
#include "base/text.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 2048 };

static _Atomic int loudest = LOG_LEVEL_NOTE;
static _Atomic int own_file = -1; /* its number never changes: other threads write all the while */
static _Atomic bool is_to_file;

void log_set_level(enum log_level level)
{
    loudest = (int)level;
}

enum log_level log_get_level(void)
{
    return (enum log_level)loudest;
}

int log_to_file(const char *path)
{
    int fd;

    is_to_file = path && is_to_file;
    if (!path)
        return OK;
    fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0640);
    if (fd < 0)
        return ERR_DENIED;
    if (own_file < 0)
        own_file = fd;
    else if (dup3(fd, own_file, O_CLOEXEC) < 0 || close(fd))
        return ERR_SYSTEM;
    is_to_file = true;
    return OK;
}

static void begin_in_file(struct text *line, enum log_level level)
{
    char when[CLOCK_TEXT];

    text_format(line, "%s %s: ", clock_iso(clock_wall_ms(), when), log_level_name(level));
}

static void begin(struct text *line, enum log_level level, const char *who)
{
    if (is_to_file)
        begin_in_file(line, level);
    else if (getenv("JOURNAL_STREAM"))
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
    ssize_t ignored = write(is_to_file ? own_file : STDERR_FILENO, line->to, line->used);
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

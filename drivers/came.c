/* What came instead of an answer, for people (drivers/device.h). */
#include "drivers/device.h"

#include "base/text.h"

#include <ctype.h>
#include <string.h>

/* As text where it is text, else as hexadecimal digits. */
static void put_bytes(struct text *to, const uint8_t *bytes, size_t length)
{
    size_t odd = 0;

    for (size_t i = 0; i < length; i++)
        odd += !isprint(bytes[i]) && !strchr("\r\n", bytes[i]);
    if (odd * 2 >= length) {
        text_hex(to, bytes, length);
        return;
    }
    text_char(to, '"');
    for (size_t i = 0; i < length; i++)
        if (bytes[i] == '\r' || bytes[i] == '\n')
            text_add(to, bytes[i] == '\r' ? "\\r" : "\\n");
        else if (isprint(bytes[i]))
            text_char(to, (char)bytes[i]);
        else
            text_format(to, "\\x%02x", bytes[i]);
    text_char(to, '"');
}

const char *device_came(const struct device *d, int rc, char to[CAME_ROOM])
{
    const struct misheard *m = &d->bus->misheard;
    struct text t = text_on(to, CAME_ROOM);
    size_t shown = m->length < MISHEARD_ROOM ? m->length : MISHEARD_ROOM;

    if (rc == ERR_PROTOCOL && d->speaks) {
        text_format(&t, ": %s; no driver here knows it", d->speaks);
        return to;
    }
    if (!m->length || !((rc <= ERR_TIMEOUT && rc >= ERR_GARBAGE) || rc == ERR_PROTOCOL))
        return to;
    text_format(&t, "; what came was no answer (%s): %zu byte%s, ", error_word(m->why), m->length,
                m->length == 1 ? "" : "s");
    put_bytes(&t, m->bytes, shown);
    if (shown < m->length)
        text_add(&t, "...");
    if (m->is_early)
        text_format(&t, "; it came sooner than the wire's speed allows: is speed = %s right?",
                    section_text(d->bus->section, "speed"));
    return to;
}

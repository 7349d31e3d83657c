/* Lines by name, and wires as people write them (bus/lines.h). */
#include "bus/lines.h"

#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const struct line *const lines[] = {
#define LINE(name) &line_##name,
#include "bus/lines.def"
#undef LINE
    NULL,
};

const struct line *line_find(const char *scheme)
{
    for (size_t i = 0; lines[i]; i++)
        if (!strcmp(lines[i]->scheme, scheme))
            return lines[i];
    return NULL;
}

static bool is_digits(const char *text)
{
    return *text && strlen(text) <= 3 && strspn(text, "0123456789") == strlen(text);
}

/* How many parts between colons, with [::1] counted as one. */
static unsigned parts_of(const char *text)
{
    unsigned parts = *text != '\0', depth = 0;

    for (; *text; text++) {
        depth += *text == '[';
        depth -= *text == ']' && depth;
        parts += *text == ':' && !depth;
    }
    return parts;
}

/* The address is what follows the last colon, unless the line itself needs that part. */
static void split_address(char *text, unsigned needed, struct wire *to)
{
    char *colon = strrchr(text, ':');
    bool is_path = needed == 1 && *text == '/';

    to->address = -1;
    if (needed == 0 && is_digits(text)) { /* sim:3 */
        sscanf(text, "%d", &to->address);
        *text = '\0';
        return;
    }
    if (!colon || !is_digits(colon + 1))
        return;
    if (is_path ? access(text, F_OK) == 0 : parts_of(text) <= needed)
        return; /* the colon belongs to the path, or to HOST:PORT */
    sscanf(colon + 1, "%d", &to->address);
    *colon = '\0';
}

int wire_parse(const char *text, struct wire *to, char *why, size_t size)
{
    char scheme[16], rest[WHERE_MAX];
    size_t length = strcspn(text, ":,");

    *to = (struct wire){.address = -1};
    if (length >= sizeof scheme || strlen(text) >= WHERE_MAX) {
        snprintf(why, size, "\"%.60s\" is not a wire", text);
        return ERR_USAGE;
    }
    snprintf(scheme, sizeof scheme, "%.*s", (int)length, text);
    to->line = line_find(scheme);
    if (!to->line) {
        struct nearest n = {.word = scheme};
        for (size_t i = 0; lines[i]; i++)
            nearest_try(&n, lines[i]->scheme);
        snprintf(why, size, "\"%s\" is not a kind of line%s%s%s", scheme,
                 n.best ? "; did you mean \"" : " (see: helio list lines)", n.best ? n.best : "",
                 n.best ? "\"?" : "");
        return ERR_USAGE;
    }
    snprintf(rest, sizeof rest, "%s", text + length + (text[length] == ':'));
    split_address(rest, to->line->parts, to);
    char *comma = strchr(rest, ',');
    if (to->line->parts == 0) { /* sim:collide=0.2,late=0.1 */
        snprintf(to->options, sizeof to->options, "%s", rest[0] == ',' ? rest + 1 : rest);
        rest[0] = '\0';
    } else if (comma) {
        snprintf(to->options, sizeof to->options, "%s", comma + 1);
        *comma = '\0';
    }
    snprintf(to->where, sizeof to->where, "%.*s", WHERE_MAX - 1, rest);
    if (parts_of(to->where) < to->line->parts ||
        (to->line->is_place && !to->line->is_place(to->where))) {
        snprintf(why, size, "\"%s\": %s needs to say where (%s)", text, scheme, to->line->title);
        return ERR_USAGE;
    }
    return OK;
}

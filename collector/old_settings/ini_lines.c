/*
 * Settings as Python's configparser reads them, since old programs used that: key = value or
 * key: value, comments only on lines of their own, so a # behind a value is part of it. iniparser
 * would cut the value there.
 */
#include "collector/old_settings/finds.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct ini {
    struct finds *to;
    unsigned line;
    char section[FIND_NAME];
    size_t indent; /* of the last key; ANY: there is none to go on with */
};

static const size_t ANY = (size_t)-1;

static void section_line(struct ini *in, char *line)
{
    char *end = strchr(line, ']'), name[FIND_NAME + 2];

    *in->section = '\0';
    in->indent = ANY;
    if (!end || end == line + 1) {
        finds_remark(in->to, in->line, "a section is not closed with ]: what follows is in none");
        return;
    }
    *end = '\0';
    if (strlen(line + 1) >= sizeof in->section)
        finds_remark(in->to, in->line, "the name of a section is too long");
    else {
        snprintf(in->section, sizeof in->section, "%s", line + 1);
        snprintf(name, sizeof name, "%s.", in->section);
        if (!finds_get(in->to, name)) /* it is news that it is there, even with nothing in it */
            finds_add(in->to, in->line, name, NULL);
    }
}

static void entry_line(struct ini *in, char *line)
{
    char name[2 * FIND_NAME], *end = line + strcspn(line, "=:");

    if (!*end || end == line) {
        finds_remark(in->to, in->line, "is no \"key = value\": not taken over");
        return;
    }
    *end = '\0';
    line = text_trim(line);
    if (!*in->section)
        finds_remark(in->to, in->line, "a setting stands in no section: not taken over");
    else if (strlen(line) >= FIND_NAME)
        finds_remark(in->to, in->line, "a key is too long: not taken over");
    else {
        snprintf(name, sizeof name, "%s.%s", in->section, line);
        finds_add(in->to, in->line, name, text_trim(end + 1));
    }
}

static void one_line(struct ini *in, char *line)
{
    size_t indent = strspn(line, " \t");

    line = text_trim(line);
    if (!*line || *line == '#' || *line == ';')
        return;
    if (in->indent != ANY && indent > in->indent) /* whatever it looks like */
        finds_remark(in->to, in->line, "goes on with the line above: not taken over");
    else if (*line == '[')
        section_line(in, line);
    else {
        in->indent = indent;
        entry_line(in, line);
    }
}

int ini_finds(struct finds *f, const char *text)
{
    struct ini in = {.to = f, .indent = ANY};

    while (*text) {
        size_t length = strcspn(text, "\n");
        char *line = strndup(text, length);
        if (!line)
            return ERR_FULL;
        in.line++;
        one_line(&in, line);
        explicit_bzero(line, length); /* it may have been the password's */
        free(line);
        text += length + (text[length] == '\n');
    }
    return OK;
}

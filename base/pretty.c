/* One pass over the signs; only strings must be passed over whole (base/pretty.h). */
#include "base/pretty.h"

#include "base/text.h"

#include <stdbool.h>
#include <string.h>

enum { LINE_BYTES = 4000, STEP = 2, DEEPEST = 40 };

struct pretty {
    pretty_fn *each;
    void *who;
    int depth;
    char line[LINE_BYTES];
    struct text text;
};

static void add(struct pretty *p, const char *at, size_t length)
{
    text_format(&p->text, "%.*s", (int)length, at);
}

static void new_line(struct pretty *p)
{
    int depth = p->depth < DEEPEST ? p->depth : DEEPEST;

    p->each(p->who, p->line);
    p->text = text_on(p->line, sizeof p->line);
    text_format(&p->text, "%*s", depth * STEP, "");
}

/* Its length, quotes included. */
static size_t string_at(const char *at)
{
    size_t length = 1;

    while (at[length] && at[length] != '"')
        length += at[length] == '\\' && at[length + 1] ? 2 : 1;
    return length + (at[length] == '"');
}

/* A bracket, a comma or a colon. */
static void punctuate(struct pretty *p, char sign)
{
    bool closes = sign == '}' || sign == ']', opens = sign == '{' || sign == '[';

    if (closes) {
        p->depth -= p->depth > 0;
        new_line(p);
    }
    add(p, &sign, 1);
    if (sign == ':')
        add(p, " ", 1);
    if (opens)
        p->depth++;
    if (opens || sign == ',')
        new_line(p);
}

void pretty_lines(const char *json, pretty_fn *each, void *who)
{
    struct pretty p = {.each = each, .who = who};

    p.text = text_on(p.line, sizeof p.line);
    while (*json) {
        size_t length = *json == '"' ? string_at(json) : strcspn(json, " \n\t\"{}[],:");
        if (length)
            add(&p, json, length);
        else if (!strchr(" \n\t", *json))
            punctuate(&p, *json);
        json += length ? length : 1;
    }
    each(who, p.line);
}

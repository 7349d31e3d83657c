/* The list of what was found, and of what is told (finds.h). */
#include "collector/old_settings/finds.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct finds *finds_new(void)
{
    return calloc(1, sizeof(struct finds));
}

void finds_free(struct finds *f)
{
    if (f)
        explicit_bzero(f, sizeof *f);
    free(f);
}

void finds_remark(struct finds *f, unsigned line, const char *format, ...)
{
    va_list args;

    if (f->remark_count == REMARKS_MAX) {
        f->remarks_lost++;
        return;
    }
    struct remark *to = &f->remarks[f->remark_count++];
    to->line = line;
    va_start(args, format);
    vsnprintf(to->text, sizeof to->text, format, args);
    va_end(args);
    for (char *c = to->text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127)
            *c = '?'; /* keys come from the file, and go to a terminal */
}

/* Names go to a terminal: nothing in them may steer it. */
static void copy_name(char *to, const char *from)
{
    size_t i = 0;

    for (; from[i]; i++)
        to[i] = from[i] > ' ' && from[i] < 127 ? from[i] : '?';
    to[i] = '\0';
}

void finds_add(struct finds *f, unsigned line, const char *name, const char *value)
{
    struct find *to = &f->rows[f->count];
    const struct find *before;

    if (strlen(name) >= FIND_NAME) {
        finds_remark(f, line, "a name is too long: not taken over");
        return;
    }
    if (f->count == FINDS_MAX) {
        finds_remark(f, line, "more than %d settings: not taken over", FINDS_MAX);
        return;
    }
    *to = (struct find){.line = line, .is_nothing = !value};
    copy_name(to->name, name);
    if (value && strlen(value) >= FIND_VALUE) {
        finds_remark(f, line, "%s: is too long: not taken over", to->name);
        return;
    }
    before = finds_get(f, to->name);
    if (before)
        finds_remark(f, line, "%s: was set at line %u already; this one counts", to->name,
                     before->line);
    snprintf(to->value, sizeof to->value, "%s", value ? value : "");
    f->count++;
}

const struct find *finds_get(const struct finds *f, const char *name)
{
    for (size_t i = f->count; i-- > 0;)
        if (text_is(f->rows[i].name, name))
            return &f->rows[i];
    return NULL;
}

/* The next remark in the order of the file; those of the whole file come last. */
static const struct remark *next_remark(const struct finds *f, const bool *is_said)
{
    const struct remark *best = NULL;

    for (size_t i = 0; i < f->remark_count; i++) {
        const struct remark *r = &f->remarks[i];
        if (!is_said[i] && (!best || (r->line && (!best->line || r->line < best->line))))
            best = r;
    }
    return best;
}

void finds_say(const struct finds *f, const char *path, FILE *to)
{
    bool is_said[REMARKS_MAX] = {false};
    const struct remark *r;

    while ((r = next_remark(f, is_said))) {
        is_said[r - f->remarks] = true;
        if (r->line)
            fprintf(to, "%s:%u: %s\n", path, r->line, r->text);
        else
            fprintf(to, "%s: %s\n", path, r->text);
    }
    if (f->remarks_lost)
        fprintf(to, "%s: %zu more of that kind\n", path, f->remarks_lost);
}

/* Sections and the rows they are checked by (base/section.h). */
#include "base/section.h"

#include "base/log.h"
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- complaints ---------------------------------------------------------------------- */

void settings_fault(struct settings *s, unsigned line, const char *where, const char *what)
{
    s->faults++;
    log_err(NULL, "%s:%u: %s%s", s->path, line, where, what);
}

const struct entry *section_entry(const struct section *s, const char *key)
{
    for (size_t i = 0; i < s->count; i++)
        if (!strcmp(s->entries[i].key, key))
            return &s->entries[i];
    return NULL;
}

void section_fault(struct section *s, const char *key, const char *format, ...)
{
    char what[512], where[300];
    const struct entry *entry = key ? section_entry(s, key) : NULL;
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    snprintf(where, sizeof where, "[%s%s%s] %s%s", s->kind, *s->name ? " " : "", s->name,
             key ? key : "", key ? ": " : "");
    if (s->file) {
        settings_fault(s->file, entry ? entry->line : s->line, where, what);
        return;
    }
    s->faults++;
    log_err(NULL, "%s: %s%s%s", s->name, key ? key : "", key ? ": " : "", what);
}

void nearest_try(struct nearest *n, const char *candidate)
{
    unsigned distance = text_distance(n->word, candidate);

    if (distance <= 1 + strlen(n->word) / 4 && (!n->best || distance < n->distance)) {
        n->best = candidate;
        n->distance = distance;
    }
}

void section_done(struct section *s)
{
    for (size_t i = 0; i < s->count; i++) {
        free(s->entries[i].key);
        free(s->entries[i].value);
    }
    free(s->entries);
    free(s->kind);
    free(s->name);
}

void settings_free(struct settings *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->count; i++)
        section_done(&s->sections[i]);
    free(s->sections);
    free(s->path);
    free(s);
}

/* ---- checks by the rows ---------------------------------------------------------------- */

static const struct setting *row_of(const struct section *s, const char *key)
{
    for (size_t t = 0; t < TABLES_MAX && s->tables[t]; t++)
        for (const struct setting *row = s->tables[t]; row->key; row++)
            if (!strcmp(row->key, key))
                return row;
    return NULL;
}

static bool yes_read(const char *text, bool *to)
{
    static const char *const yes[] = {"yes", "true", "on", "1"};
    static const char *const no[] = {"no", "false", "off", "0"};

    for (size_t i = 0; i < 4; i++) {
        if (text_is(text, yes[i])) {
            *to = true;
            return true;
        }
        if (text_is(text, no[i])) {
            *to = false;
            return true;
        }
    }
    return false;
}

static bool is_among(const char *choices, const char *value)
{
    size_t length = strlen(value);

    if (strchr(value, ' '))
        return false; /* two neighbours in the list are no choice */
    for (const char *at = choices; length && (at = strstr(at, value)); at += length)
        if ((at == choices || at[-1] == ' ') && (!at[length] || at[length] == ' '))
            return true;
    return false;
}

static void check_value(struct section *s, const struct setting *row, const char *value)
{
    double number;
    bool yes;

    if (row->type == NUMBER && !number_read(value, &number))
        section_fault(s, row->key, "\"%s\" is not a number", value);
    else if (row->type == NUMBER && (number < row->least || number > row->most))
        section_fault(s, row->key, "%s is outside %g to %g", value, row->least, row->most);
    else if (row->type == YESNO && !yes_read(value, &yes))
        section_fault(s, row->key, "\"%s\" is neither yes nor no", value);
    else if (row->type == CHOICE && !is_among(row->choices, value))
        section_fault(s, row->key, "\"%s\" is not one of: %s", value, row->choices);
    else if (row->type == TEXT && !*value && !row->fallback)
        section_fault(s, row->key, "is empty");
}

static bool is_one_of(const struct setting *const *maybe, const char *key)
{
    for (; maybe && *maybe; maybe++)
        for (const struct setting *row = *maybe; row->key; row++)
            if (!strcmp(row->key, key))
                return true;
    return false;
}

static const char *nearest_key(const struct section *s, const struct setting *const *maybe,
                               const char *key)
{
    struct nearest n = {.word = key};

    for (size_t t = 0; t < TABLES_MAX && s->tables[t]; t++)
        for (const struct setting *row = s->tables[t]; row->key; row++)
            nearest_try(&n, row->key);
    for (; maybe && *maybe; maybe++)
        for (const struct setting *row = *maybe; row->key; row++)
            nearest_try(&n, row->key);
    return n.best;
}

static void unknown_key(struct section *s, const struct setting *const *maybe, const char *key)
{
    const char *best = nearest_key(s, maybe, key);

    if (best)
        section_fault(s, key, "no such key here; did you mean \"%s\"?", best);
    else
        section_fault(s, key, "no such key here; see: helio list settings");
}

/* Was it told already that a key here is most likely this one with a slip in it? */
static bool is_misspelt(const struct section *s, const struct setting *const *maybe,
                        const char *wanted)
{
    for (size_t i = 0; i < s->count; i++) {
        const char *key = s->entries[i].key, *best;
        if (row_of(s, key) || is_one_of(maybe, key))
            continue;
        best = nearest_key(s, maybe, key);
        if (best && !strcmp(best, wanted))
            return true;
    }
    return false;
}

int section_check(struct section *s, const struct setting *const *tables, size_t count)
{
    return section_check_partly(s, tables, count, NULL);
}

int section_check_partly(struct section *s, const struct setting *const *tables, size_t count,
                         const struct setting *const *maybe)
{
    unsigned *faults = s->file ? &s->file->faults : &s->faults, before = *faults;

    for (size_t t = 0; t < count && t < TABLES_MAX; t++)
        s->tables[t] = tables[t];
    for (size_t i = 0; i < s->count; i++) {
        const struct setting *row = row_of(s, s->entries[i].key);
        if (section_entry(s, s->entries[i].key) != &s->entries[i])
            section_fault(s, s->entries[i].key, "is given twice"); /* in words; files were told */
        else if (row)
            check_value(s, row, s->entries[i].value);
        else if (!is_one_of(maybe, s->entries[i].key))
            unknown_key(s, maybe, s->entries[i].key);
    }
    for (size_t t = 0; t < TABLES_MAX && s->tables[t]; t++)
        for (const struct setting *row = s->tables[t]; row->key; row++)
            if (!row->fallback && !section_entry(s, row->key) && !is_misspelt(s, maybe, row->key))
                section_fault(s, NULL, "\"%s\" is missing: %s", row->key, row->help);
    return *faults != before ? ERR_CONFIG : OK;
}

void section_refuse_name(struct section *s, const char *key, const char *kind, const char *name)
{
    struct nearest n = {.word = name};

    for (size_t i = 0; s->file && i < s->file->count; i++) {
        const struct section *other = &s->file->sections[i];
        if (strcmp(other->kind, kind) != 0)
            continue;
        if (!strcmp(other->name, name) && s->file->faults)
            return;
        nearest_try(&n, other->name);
    }
    section_fault(s, key, "there is no [%s %s]%s%s%s", kind, name,
                  n.best ? "; did you mean \"" : "", n.best ? n.best : "", n.best ? "\"?" : "");
}

const char *section_text(const struct section *s, const char *key)
{
    const struct entry *entry = section_entry(s, key);
    const struct setting *row = row_of(s, key);

    if (entry)
        return entry->value;
    return row && row->fallback ? row->fallback : "";
}

double section_number(const struct section *s, const char *key)
{
    double value = 0;

    (void)number_read(section_text(s, key), &value); /* section_check made sure */
    return value;
}

bool section_yes(const struct section *s, const char *key)
{
    bool yes = false;

    (void)yes_read(section_text(s, key), &yes); /* section_check made sure */
    return yes;
}

bool section_says(const struct section *s, const char *key)
{
    return *section_text(s, key) != '\0';
}

static bool is_printable(const char *text)
{
    while (*text && (unsigned char)*text >= ' ' && *text != 127)
        text++;
    return !*text;
}

void section_check_printable(struct section *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (!is_printable(s->entries[i].value))
            section_fault(s, s->entries[i].key, "holds a character that cannot be printed");
}

bool section_has(const struct section *s, const char *key)
{
    return section_entry(s, key) != NULL;
}

bool section_is_same(const struct section *a, const struct section *b)
{
    if (a->count != b->count || strcmp(a->kind, b->kind) != 0 || strcmp(a->name, b->name) != 0)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct entry *other = section_entry(b, a->entries[i].key);
        if (!other || strcmp(other->value, a->entries[i].value) != 0)
            return false;
    }
    return true;
}

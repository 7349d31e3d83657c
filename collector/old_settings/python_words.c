/*
 * Settings in a Python file, read as data: NAME = literal. Nothing is run. Literals are strings,
 * numbers, True, False, None, and lists, tuples and dicts of them; and, since settings are written
 * so, timedelta(...) and time(...) of numbers. Everything else is told by its line.
 */
#include "collector/old_settings/finds.h"

#include "collector/old_settings/python_text.h"

#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 12 };

/* ---- what is not data ------------------------------------------------------------------------ */

/* To the end of the statement, wherever its brackets close. */
static void skip_statement(struct python *p)
{
    int depth = 0;

    while (*p->at && (depth > 0 || *p->at != '\n')) {
        if (*p->at == '#')
            python_skip_comment(p);
        else if (*p->at == '"' || *p->at == '\'')
            (void)python_skip_string(p); /* unclosed: the end of the line is as good as any */
        else {
            if (strchr("([{", *p->at))
                depth++;
            else if (strchr(")]}", *p->at))
                depth -= depth > 0;
            python_step(p);
        }
    }
    if (depth)
        finds_remark(p->to, 0, "a bracket is never closed: what comes after it is not known");
}

/* To the comma or the bracket that ends an element. */
static void skip_element(struct python *p)
{
    int depth = 0;

    while (*p->at && (depth > 0 || !strchr(",)]}", *p->at))) {
        if (*p->at == '#')
            python_skip_comment(p);
        else if (*p->at == '"' || *p->at == '\'')
            (void)python_skip_string(p); /* as above */
        else {
            depth += strchr("([{", *p->at) != NULL;
            depth -= strchr(")]}", *p->at) != NULL;
            python_step(p);
        }
    }
}

/* ---- times, which are calls by form and data by meaning -------------------------------------- */

static const struct span {
    const char *name;
    double seconds;
} spans[] =
    {
        /* in the order of arguments without a name */
        {"days", 86400}, {"seconds", 1},  {"microseconds", 1e-6}, {"milliseconds", 1e-3},
        {"minutes", 60}, {"hours", 3600}, {"weeks", 604800},      {.name = NULL},
},
  parts[] = {
      {"hour", 3600},
      {"minute", 60},
      {"second", 1},
      {.name = NULL},
};

static bool read_number(struct python *p, double *to)
{
    char digits[64];

    return python_number(p, digits, sizeof digits) && number_read(digits, to);
}

static const struct span *find_span(const struct span *all, const char *name)
{
    while (all->name && strcmp(all->name, name) != 0)
        all++;
    return all->name ? all : NULL;
}

/* Behind the opening bracket: numbers with or without names, to the closing one. */
static bool read_spans(struct python *p, const struct span *all, double *sum)
{
    char name[32];
    double value;

    *sum = 0;
    for (size_t i = 0; python_next_in(p) != ')'; i++) {
        const struct span *span = NULL;
        if (python_name(p, name, sizeof name)) {
            span = find_span(all, name);
            if (python_next_in(p) != '=')
                return false;
            python_step(p);
            (void)python_next_in(p); /* past blanks */
        } else {
            for (span = all; span->name && span < all + i; span++)
                ;
        }
        if (!span || !span->name || !read_number(p, &value))
            return false;
        *sum += value * span->seconds;
        if (python_next_in(p) == ',')
            python_step(p);
        else if (*p->at != ')')
            return false;
    }
    python_step(p);
    return isfinite(*sum) && *sum >= 0;
}

/* A word that is no string: True, None, timedelta(seconds=10). */
static bool read_word(struct python *p, char *to, size_t size, bool *is_nothing)
{
    char word[80];
    const char *last;
    double sum;

    if (!python_name(p, word, sizeof word))
        return false;
    *is_nothing = !strcmp(word, "None");
    snprintf(to, size, "%s", !strcmp(word, "True") ? "yes" : !strcmp(word, "False") ? "no" : "");
    if (*is_nothing || *to)
        return true;
    last = strrchr(word, '.') ? strrchr(word, '.') + 1 : word;
    bool is_span = !strcmp(last, "timedelta");
    if ((!is_span && strcmp(last, "time") != 0) || *p->at != '(')
        return false;
    python_step(p);
    if (!read_spans(p, is_span ? spans : parts, &sum))
        return false;
    struct text t = text_on(to, size);
    if (is_span)
        text_number(&t, sum);
    else
        text_format(&t, "%02.0f:%02.0f", floor(sum / 3600), floor(fmod(sum, 3600) / 60));
    return !t.is_cut;
}

/* ---- values ---------------------------------------------------------------------------------- */

static bool read_value(struct python *p, const char *name, int depth);

static bool read_scalar(struct python *p, const char *name, int depth)
{
    char value[FIND_VALUE] = "";
    unsigned line = p->line;
    bool is_nothing = false, is_read;

    if (python_is_string(p))
        is_read = python_strings(p, value, sizeof value, depth > 0);
    else if (isdigit((unsigned char)*p->at) || (*p->at && strchr("+-.", *p->at)))
        is_read = python_number(p, value, sizeof value);
    else
        is_read = read_word(p, value, sizeof value, &is_nothing);
    /* 5 * 60 begins like a number: only what ends here was one */
    is_read = is_read && python_ends(p, depth > 0);
    if (is_read)
        finds_add(p->to, line, name, is_nothing ? NULL : value);
    explicit_bzero(value, sizeof value);
    return is_read;
}

/* The key of a dict's element and its colon; false and nothing read when there is none. */
static bool read_key(struct python *p, char *to, size_t size)
{
    struct python before = *p;
    bool is_read =
        python_is_string(p) ? python_strings(p, to, size, true) : python_number(p, to, size);

    if (is_read && python_next_in(p) == ':') {
        python_step(p);
        return true;
    }
    *p = before;
    return false;
}

static void name_element(char *to, size_t size, const char *above, const char *key, size_t i)
{
    if (*key)
        snprintf(to, size, "%s.%s", above, key);
    else
        snprintf(to, size, "%s[%zu]", above, i);
}

/* An element that is computed is told, and the others count. */
static void read_element(struct python *p, const char *above, size_t i, bool is_dict, int depth)
{
    char key[FIND_NAME] = "", name[2 * FIND_NAME + 32];
    struct python before;

    if (is_dict)
        (void)read_key(p, key, sizeof key); /* without one it is a set */
    name_element(name, sizeof name, above, key, i);
    (void)python_next_in(p); /* past blanks */
    before = *p;
    if (read_value(p, name, depth + 1))
        return;
    *p = before;
    finds_remark(p->to, p->line, "%s: is computed, or not understood: not taken over", name);
    skip_element(p);
}

/* ('a' 'b') is no tuple, but a string in brackets. */
static void unwrap(struct python *p, const char *name, size_t first)
{
    if (p->to->count == first + 1 && strlen(name) < FIND_NAME)
        snprintf(p->to->rows[first].name, FIND_NAME, "%s", name);
}

static bool read_list(struct python *p, const char *name, int depth)
{
    const char open = *p->at, close = open == '(' ? ')' : open == '[' ? ']' : '}';
    size_t first = p->to->count, i = 0;
    bool has_comma = false;

    python_step(p);
    for (; python_next_in(p) != close; i++) {
        if (!*p->at || strchr(")]}", *p->at))
            return false;
        read_element(p, name, i, open == '{', depth);
        if (python_next_in(p) == ',') {
            has_comma = true;
            python_step(p);
        } else if (*p->at != close) {
            return false;
        }
    }
    python_step(p);
    if (open == '(' && i == 1 && !has_comma)
        unwrap(p, name, first);
    if (python_ends(p, depth > 0))
        return true;
    p->to->count = first; /* {...}["one"]: none of it was meant */
    return false;
}

static bool read_value(struct python *p, const char *name, int depth)
{
    if (depth > DEEPEST || strlen(name) >= 2 * FIND_NAME)
        return false;
    return *p->at && strchr("([{", *p->at) ? read_list(p, name, depth)
                                           : read_scalar(p, name, depth);
}

/* ---- statements ------------------------------------------------------------------------------ */

/* NAME = or NAME: type = ; false when it is something else. */
static bool read_target(struct python *p, char *name, size_t size)
{
    if (!python_name(p, name, size) || strchr(name, '.'))
        return false;
    if (python_next(p) == ':') {
        python_step(p);
        while (*p->at && (isalnum((unsigned char)*p->at) || strchr("_.[], \t|", *p->at)))
            python_step(p);
    }
    if (*p->at != '=' || p->at[1] == '=')
        return false;
    python_step(p);
    (void)python_next(p); /* past blanks */
    return true;
}

static bool is_import(const struct python *p)
{
    return !strncmp(p->at, "import ", 7) || !strncmp(p->at, "from ", 5);
}

static bool is_doc_string(struct python *p)
{
    struct python before = *p;
    bool is_read = python_is_string(p) && python_skip_string(p) && python_ends(p, false);

    if (!is_read)
        *p = before;
    return is_read;
}

/* One statement at the beginning of a line, or behind a semicolon. */
static void read_statement(struct python *p)
{
    char name[FIND_NAME];
    struct python before = *p;
    size_t count = p->to->count;

    if (is_import(p)) {
        skip_statement(p);
        return;
    }
    if (is_doc_string(p))
        return;
    bool is_target = read_target(p, name, sizeof name);
    if (is_target && read_value(p, name, 0))
        return;
    if (is_target)
        finds_remark(p->to, before.line, "%s: is computed, or not understood: not taken over",
                     name);
    else
        finds_remark(p->to, before.line, "is code, which is not run: what it sets is not known");
    p->to->count = count;
    *p = before;
    skip_statement(p);
}

int python_finds(struct finds *f, const char *text)
{
    struct python p = {.at = text, .line = 1, .to = f};

    while (*p.at) {
        bool is_indented = *p.at == ' ' || *p.at == '\t';
        char next = python_next(&p);
        if (next == '#')
            python_skip_comment(&p);
        else if (is_indented && next && next != '\n')
            skip_statement(&p); /* inside code that was told */
        else if (next && next != '\n')
            read_statement(&p);
        while (python_next(&p) == ';') {
            python_step(&p);
            if (!strchr("\n#", python_next(&p)))
                read_statement(&p);
        }
        if (*p.at == '\n')
            python_step(&p);
    }
    return OK;
}

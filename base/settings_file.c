/*
 * The settings file read (base/section.h). iniparser reads the values; but it folds names to lower
 * case, lets a repeated key or section win silently and cuts values at # and ;. So the file is
 * walked once before, for exactly these four, and for the line numbers iniparser does not keep.
 * What stands in quotes is taken from that walk, since iniparser 4.2 drops backslashes there and
 * 4.1 keeps them: a file must mean the same on every machine.
 */
#include "base/section.h"

#include "base/log.h"
#include "base/text.h"

#include <iniparser.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_LINE = 1000, NAME_LONGEST = 200 }; /* iniparser ends a line at 1024 */

/* ---- walking the file before iniparser does ------------------------------------------ */

struct walk {
    struct settings *s;
    unsigned line;
    struct section *in; /* NULL before the first section */
};

static bool has_upper_case(const char *text)
{
    for (; *text; text++)
        if (isupper((unsigned char)*text))
            return true;
    return false;
}

static void walk_fault(struct walk *w, const char *key, const char *format, const char *argument)
{
    char what[512], where[300] = "";

    snprintf(what, sizeof what, format, argument);
    if (w->in)
        snprintf(where, sizeof where, "[%s%s%s] %s%s", w->in->kind, *w->in->name ? " " : "",
                 w->in->name, key ? key : "", key ? ": " : "");
    settings_fault(w->s, w->line, where, what);
}

static bool is_name(const char *text)
{
    if (!*text || strlen(text) > NAME_LONGEST)
        return false;
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && !strchr("_-.", *text))
            return false;
    return true;
}

static int add_section(struct walk *w, const char *kind, const char *name)
{
    struct settings *s = w->s;
    struct section *more = realloc(s->sections, (s->count + 1) * sizeof *more);

    if (!more)
        return ERR_FULL;
    s->sections = more;
    w->in = &more[s->count++];
    *w->in =
        (struct section){.file = s, .line = w->line, .kind = strdup(kind), .name = strdup(name)};
    return w->in->kind && w->in->name ? OK : ERR_FULL;
}

static int walk_section(struct walk *w, char *inside)
{
    char *kind, *name;

    w->in = NULL; /* complaints are about this line, not about the section before it */
    inside = text_trim(inside);
    if (has_upper_case(inside))
        walk_fault(w, NULL, "[%s]: names here are written in lower case", inside);
    for (char *c = inside; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    kind = inside;
    name = inside + strcspn(inside, " \t");
    /* iniparser would keep more blanks, and nobody would find the values again */
    if (*name && (*name != ' ' || isspace((unsigned char)name[1])))
        walk_fault(w, NULL, "[%s]: between kind and name stands one blank", inside);
    if (*name)
        *name++ = '\0';
    name = text_trim(name);
    if (!is_name(kind) || (*name && !is_name(name)))
        walk_fault(w, NULL, "\"%s\": a section is [kind] or [kind name], of letters, digits, . _ -",
                   is_name(kind) ? name : kind);
    for (size_t i = 0; i < w->s->count; i++)
        if (!strcmp(w->s->sections[i].kind, kind) && !strcmp(w->s->sections[i].name, name)) {
            char first[32];
            snprintf(first, sizeof first, "%u", w->s->sections[i].line);
            w->in = &w->s->sections[i];
            walk_fault(w, NULL, "this section stands already at line %s; put both into one", first);
            return OK;
        }
    return add_section(w, kind, name);
}

/*
 * "quoted # text" keeps everything; plain text must hold neither # nor ;. What stands behind
 * the closing quote would be dropped, and so would a quote that is never closed.
 */
static bool value_is_cut(const char *value)
{
    if (*value == '"' || *value == '\'') {
        const char *end = strchr(value + 1, *value);
        return !end || end[1];
    }
    return strpbrk(value, "#;") != NULL;
}

static bool is_quoted(const char *value)
{
    size_t length = strlen(value);

    return length >= 2 && (*value == '"' || *value == '\'') && value[length - 1] == *value;
}

/* What stands in quotes, as it is; any other value as it is before iniparser read it. */
static char *without_quotes(const char *value)
{
    return is_quoted(value) ? strndup(value + 1, strlen(value) - 2) : strdup(value);
}

static int walk_entry(struct walk *w, char *key, const char *value)
{
    struct entry *more;

    if (!w->in) {
        walk_fault(w, NULL, "\"%s\" stands before the first [section]", key);
        return OK;
    }
    if (has_upper_case(key))
        walk_fault(w, key, "%s", "keys are written in lower case");
    for (char *c = key; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    if (value_is_cut(value))
        walk_fault(w, key,
                   "a quote, # or ; would cut %s short: quote the whole value, and put a comment "
                   "on a line of its own",
                   value);
    const struct entry *before = section_entry(w->in, key);
    if (before) {
        char first[32];
        snprintf(first, sizeof first, "%u", before->line);
        walk_fault(w, key, "is set already at line %s; only one of them can count", first);
        return OK;
    }
    more = realloc(w->in->entries, (w->in->count + 1) * sizeof *more);
    if (!more)
        return ERR_FULL;
    w->in->entries = more;
    more[w->in->count] = (struct entry){.key = strdup(key),
                                        .value = without_quotes(value),
                                        .is_quoted = is_quoted(value),
                                        .line = w->line};
    w->in->count++;
    return more[w->in->count - 1].key && more[w->in->count - 1].value ? OK : ERR_FULL;
}

static int walk_line(struct walk *w, char *line)
{
    char *equals;

    line = text_trim(line);
    /* iniparser would glue the next line to this one, even to a comment */
    if (*line && line[strlen(line) - 1] == '\\') {
        walk_fault(w, NULL, "%s", "a line cannot end with \\");
        return OK;
    }
    if (!*line || *line == '#' || *line == ';')
        return OK;
    if (*line == '[') {
        char *end = strchr(line, ']');
        if (!end || (end[1] && *text_trim(end + 1) && !strchr("#;", *text_trim(end + 1)))) {
            walk_fault(w, NULL, "\"%s\": a section is written [kind name], alone on its line",
                       line);
            return OK;
        }
        *end = '\0';
        return walk_section(w, line + 1);
    }
    equals = strchr(line, '=');
    if (!equals || equals == line) {
        walk_fault(w, NULL, "\"%s\": a line is written key = value", line);
        return OK;
    }
    *equals = '\0';
    return walk_entry(w, text_trim(line), text_trim(equals + 1));
}

static int walk_text(struct settings *s, const char *text)
{
    struct walk w = {.s = s};
    char line[LONGEST_LINE + 1];
    int rc = OK;

    while (*text && !rc) {
        size_t length = strcspn(text, "\n");
        w.line++;
        if (length > LONGEST_LINE) {
            walk_fault(&w, NULL, "%s", "this line is too long");
        } else {
            memcpy(line, text, length);
            line[length] = '\0';
            rc = walk_line(&w, line);
        }
        text += length + (text[length] == '\n');
    }
    return rc;
}

/* ---- values, by iniparser ------------------------------------------------------------ */

static int fill_values(struct settings *s, dictionary *ini)
{
    char key[2 * NAME_LONGEST + LONGEST_LINE];

    for (size_t i = 0; i < s->count; i++) {
        struct section *in = &s->sections[i];
        for (size_t k = 0; k < in->count; k++) {
            if (in->entries[k].is_quoted)
                continue;
            snprintf(key, sizeof key, "%s%s%s:%s", in->kind, *in->name ? " " : "", in->name,
                     in->entries[k].key);
            char *value = strdup(iniparser_getstring(ini, key, ""));
            if (!value)
                return ERR_FULL;
            free(in->entries[k].value); /* the walk's */
            in->entries[k].value = value;
        }
    }
    return OK;
}

static int quiet(const char *format, ...)
{
    (void)format; /* its complaints are ours already, with line and section */
    return 0;
}

int settings_parse(const char *text, const char *path, struct settings **to)
{
    struct settings *s = calloc(1, sizeof *s);
    dictionary *ini = NULL;
    FILE *file = NULL;
    int rc = ERR_FULL;

    *to = s;
    if (!s || !(s->path = strdup(path)))
        goto out;
    rc = walk_text(s, text);
    if (rc || s->faults || !*text)
        goto out;
    /* iniparser reads files only by name: hand it the very text that was walked. */
    char name[] = "/dev/fd/XXXXXXXXXX";
    file = tmpfile();
    if (!file || fputs(text, file) < 0 || fflush(file)) {
        rc = ERR_IO;
        goto out;
    }
    snprintf(name, sizeof name, "/dev/fd/%d", fileno(file));
    iniparser_set_error_callback(quiet);
    ini = iniparser_load(name);
    if (!ini) {
        log_err(NULL, "%s: is not a settings file", path);
        s->faults++;
        goto out;
    }
    rc = fill_values(s, ini);
out:
    if (ini)
        iniparser_freedict(ini);
    if (file)
        (void)fclose(file); /* only read again: nothing can be lost here */
    if (s && !rc && s->faults)
        rc = ERR_CONFIG;
    return rc;
}

int settings_read(const char *path, struct settings **to)
{
    enum { LARGEST = 1 << 20 };
    char *text = NULL;
    FILE *file = fopen(path, "r");
    int rc = ERR_INPUT;

    *to = NULL;
    if (!file) {
        log_err(NULL, "%s: %s", path, strerror(errno));
        return rc;
    }
    text = malloc(LARGEST + 1);
    if (text) {
        size_t length = fread(text, 1, LARGEST, file);
        text[length] = '\0';
        if (ferror(file) || strlen(text) != length || length == LARGEST)
            log_err(NULL, "%s: is not a settings file", path);
        else
            rc = settings_parse(text, path, to);
    }
    free(text);
    (void)fclose(file); /* opened for reading */
    return rc;
}

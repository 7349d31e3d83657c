/* From what was found to a settings file (program.h): values by the rows, then the lines. */
#include "collector/old_settings/program.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

const struct old_program *const old_programs[] = {
#define OLD_PROGRAM(name) &old_##name,
#include "collector/old_settings/programs.def"
#undef OLD_PROGRAM
    NULL,
};

const struct old_program *old_program_find(const char *word)
{
    for (size_t i = 0; old_programs[i]; i++)
        if (!strcmp(old_programs[i]->word, word))
            return old_programs[i];
    return NULL;
}

void old_program_words(struct text *to)
{
    for (size_t i = 0; old_programs[i]; i++)
        text_format(to, "%s%s", i ? ", " : "", old_programs[i]->word);
}

/* ---- what is it? ----------------------------------------------------------------------------- */

/* The first line that is no comment shows it: {, [section], or NAME = of Python. */
static enum old_form form_of(const char *text)
{
    for (;;) {
        text += strspn(text, " \t\r\n\f");
        if (*text != '#' && *text != ';')
            return *text == '{' ? OLD_JSON : *text == '[' ? OLD_INI : OLD_PYTHON;
        text += strcspn(text, "\n");
    }
}

/* "inverter.vendorId"; "inverter.*": any of them, or only the heading of that section. */
static bool has_name(const struct finds *f, const char *name, size_t length)
{
    bool is_any = length && name[length - 1] == '*';

    length -= is_any;
    for (size_t i = 0; i < f->count; i++)
        if (!strncasecmp(f->rows[i].name, name, length) && (is_any || !f->rows[i].name[length]))
            return true;
    return false;
}

/* "A+B": both. */
static bool has_mark(const struct finds *f, const char *mark)
{
    bool has_all = true;

    while (*mark) {
        size_t length = strcspn(mark, "+");
        has_all &= has_name(f, mark, length);
        mark += length + (mark[length] == '+');
    }
    return has_all;
}

static const struct old_program *recognise(const struct finds *f, enum old_form form)
{
    for (size_t i = 0; old_programs[i]; i++)
        for (const char *const *mark = old_programs[i]->marks; *mark; mark++)
            if (old_programs[i]->form == form && has_mark(f, *mark))
                return old_programs[i];
    return NULL;
}

/* ---- values ---------------------------------------------------------------------------------- */

static bool is_row(const struct old_row *row, const char *name)
{
    size_t length = strlen(row->name);

    if (row->name[length - 1] == '*')
        return !strncmp(row->name, name, length - 1);
    return text_is(row->name, name);
}

static const struct old_row *find_row(const struct old_program *p, const char *name)
{
    for (const struct old_row *row = p->rows; row->name; row++)
        if (is_row(row, name))
            return row;
    return NULL;
}

const char *old_value(const struct old_job *job, const char *name)
{
    const struct old_row *row = find_row(job->program, name);
    size_t at = row ? (size_t)(row - job->program->rows) : 0;

    if (!row)
        return "";
    return job->values[at].is_set ? job->values[at].text : row->usual ? row->usual : "";
}

void old_value_say(struct old_job *job, const char *name, const char *text)
{
    const struct old_row *row = find_row(job->program, name);

    if (!row)
        return;
    size_t at = (size_t)(row - job->program->rows);
    struct text t = text_on(job->values[at].text, sizeof job->values[at].text);
    text_add(&t, text);
    job->values[at].is_set = true;
}

void old_value_make(struct old_job *job, const char *name, double value)
{
    char text[32];
    struct text t = text_on(text, sizeof text);

    text_number(&t, value);
    old_value_say(job, name, text);
}

static void say_usual(struct old_job *job, const struct old_row *row, unsigned line,
                      const char *why)
{
    finds_remark(job->finds, line, "%s: %s%s%s%s", row->name, why,
                 row->usual ? "; \"" : ", and is left out", row->usual ? row->usual : "",
                 row->usual ? "\" is assumed" : "");
}

static void take_find(struct old_job *job, const struct old_row *row, const struct find *found)
{
    size_t at = (size_t)(row - job->program->rows);
    const char *why;

    if (found->is_nothing || (!*found->value && row->take == TAKE_SECRET))
        return;
    why = old_take(row, found->value, job->values[at].text, sizeof job->values[at].text);
    if (why)
        say_usual(job, row, found->line, why);
    else if (row->told)
        finds_remark(job->finds, found->line, "%s: %s", found->name, row->told);
    if (!why && row->take == TAKE_URL && strlen(job->values[at].text) < strlen(found->value))
        finds_remark(job->finds, found->line,
                     "%s: held a user or password, which is left out and not shown: see what the "
                     "sink takes instead (helio list settings)",
                     found->name);
    job->values[at].is_set = !why;
}

/* A heading without settings: those of the program stand as they are usually. */
static bool is_section(const struct old_program *p, const char *name, bool *is_its_own)
{
    size_t length = strlen(name);

    if (!length || name[length - 1] != '.')
        return false;
    for (const struct old_row *row = p->rows; row->name; row++)
        *is_its_own |= !strncasecmp(row->name, name, length);
    return true;
}

/* Was any of it a setting of that program? */
static bool take_all(struct old_job *job)
{
    bool is_any = false;

    for (size_t i = 0; i < job->finds->count; i++) {
        const struct find *found = &job->finds->rows[i];
        const struct old_row *row = find_row(job->program, found->name);
        if (is_section(job->program, found->name, &is_any))
            continue;
        is_any |= row != NULL;
        if (!row)
            finds_remark(job->finds, found->line, "%s: is not known here: not taken over",
                         found->name);
        else if (finds_get(job->finds, found->name) == found)
            take_find(job, row, found);
    }
    for (const struct old_row *row = job->program->rows; row->name; row++)
        if (row->is_needed && !finds_get(job->finds, row->name))
            say_usual(job, row, 0, "is not set");
    return is_any;
}

/* ---- lines ----------------------------------------------------------------------------------- */

static bool holds(const struct old_job *job, const char *when)
{
    char name[FIND_NAME];

    if (!when)
        return true;
    size_t length = strcspn(when, "=");
    snprintf(name, sizeof name, "%.*s", (int)length, when);
    if (when[length])
        return !strcmp(old_value(job, name), when + length + 1);
    if (strchr(name, '*'))
        return has_mark(job->finds, name);
    const struct old_row *row = find_row(job->program, name);
    return row && job->values[row - job->program->rows].is_set;
}

/* The text with each {NAME} filled in. */
static void fill(const struct old_job *job, const char *text, struct text *to)
{
    char name[FIND_NAME];

    while (*text) {
        size_t length = strcspn(text, "{");
        text_format(to, "%.*s", (int)length, text);
        text += length;
        if (!*text)
            return;
        length = strcspn(++text, "}");
        snprintf(name, sizeof name, "%.*s", (int)length, text);
        text_add(to, old_value(job, name));
        text += length + (text[length] == '}');
    }
}

/* Would the reader of settings take it for something else? */
static bool needs_quotes(const char *value)
{
    size_t length = strlen(value);

    return strpbrk(value, "#;\"'") ||
           (length && (isspace((unsigned char)*value) ||
                       isspace((unsigned char)value[length - 1]) || value[length - 1] == '\\'));
}

void old_print_setting(struct old_job *job, const char *key, const char *value)
{
    char quote = strchr(value, '"') ? '\'' : '"';

    if (needs_quotes(value) && strchr(value, quote)) {
        finds_remark(job->finds, 0,
                     "what becomes of %s holds both kinds of quotes, which no "
                     "settings file can: write it in another way",
                     key);
        return;
    }
    if (needs_quotes(value))
        text_format(&job->out, "%s = %c%s%c\n", key, quote, value, quote);
    else
        text_format(&job->out, "%s = %s\n", key, value);
}

static void print_line(struct old_job *job, const struct old_line *line)
{
    const char *equals = strstr(line->text, " = ");
    char key[64], whole[FIND_VALUE * 2];
    struct text t = text_on(whole, sizeof whole);

    if (!strchr(line->text, '{')) {
        text_format(&job->out, "%s\n", line->text);
        return;
    }
    fill(job, equals ? equals + 3 : line->text, &t);
    if (!equals) {
        text_format(&job->out, "%s\n", whole);
        return;
    }
    snprintf(key, sizeof key, "%.*s", (int)(equals - line->text), line->text);
    old_print_setting(job, key, whole);
}

static void print_all(struct old_job *job)
{
    text_format(
        &job->out,
        "# Settings of helio, made from those of %s.\n"
        "# What goes elsewhere, and what to look at, was said on standard error.\n"
        "# helio check --offline -c FILE reads them; without --offline it asks the devices.\n",
        job->program->title);
    for (const struct old_line *line = job->program->lines; line->text || line->print; line++) {
        if (!holds(job, line->when))
            continue;
        if (line->print)
            line->print(job);
        else
            print_line(job, line);
    }
}

/* ---- all of it ------------------------------------------------------------------------------- */

static void say_kinds(struct finds *f)
{
    char words[120];
    struct text t = text_on(words, sizeof words);

    old_program_words(&t);
    f->remark_count = f->remarks_lost = 0; /* what it is not made of is no news any more */
    finds_remark(f, 0, "is not known as the settings of an older program; --kind says which: %s",
                 words);
}

int old_settings_convert(struct old_job *job, const char *text, size_t length)
{
    static old_reader *const readers[] = {
        [OLD_INI] = ini_finds, [OLD_PYTHON] = python_finds, [OLD_JSON] = json_finds};
    enum old_form form;
    int rc;

    if (strlen(text) != length) {
        finds_remark(job->finds, 0, "holds bytes of zero: it is no text");
        return ERR_DATA;
    }
    if (!strncmp(text, "\xef\xbb\xbf", 3))
        text += 3; /* some editors put that in front */
    form = job->program ? job->program->form : form_of(text);
    rc = readers[form](job->finds, text);
    if (rc)
        return rc;
    if (!job->program)
        job->program = recognise(job->finds, form);
    if (!job->program) {
        say_kinds(job->finds);
        return ERR_DATA;
    }
    if (!take_all(job)) {
        finds_remark(job->finds, 0, "holds none of the settings of %s", job->program->title);
        return ERR_DATA;
    }
    if (job->program->reckon)
        job->program->reckon(job);
    for (const char *const *look = job->program->look; *look; look++)
        finds_remark(job->finds, 0, "%s", *look);
    print_all(job);
    return job->out.is_cut ? ERR_FULL : OK;
}

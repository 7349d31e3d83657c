/* helio import-settings: the settings of an older program, said in ours. */
#include "collector/cli/verb.h"
#include "collector/old_settings/program.h"

#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST = 1 << 20, OUT_SIZE = 32768 };

static const struct option_row options[] = {
    {"kind", 'k', "WORD",
     "goodwe, logtracer, godenerg, pymate or axpert-addon, when the file does not show it"},
    {"units", 'u', "LIST",
     "logtracer: TTY:ID,TTY:ID... as on its command line, which is where they stood"},
    {.name = NULL},
};

/* All of the file, ended with NUL; free it after wiping it. */
static int read_all(FILE *from, const char *path, char **to, size_t *length)
{
    char *text = malloc(LARGEST + 1);
    int rc = OK;

    *to = text;
    if (!text)
        return ERR_FULL;
    errno = 0;
    *length = fread(text, 1, LARGEST, from);
    text[*length] = '\0';
    if (ferror(from)) {
        log_err("import-settings", "%s: %s", path, strerror(errno));
        rc = ERR_INPUT;
    } else if (*length == LARGEST) {
        log_err("import-settings", "%s: is too large for a settings file", path);
        rc = ERR_DATA;
    }
    return rc;
}

static int open_and_read(const char *path, char **to, size_t *length)
{
    bool is_stdin = !strcmp(path, "-");
    FILE *from = is_stdin ? stdin : fopen(path, "r");
    int rc;

    if (!from) {
        log_err("import-settings", "%s: %s", path, strerror(errno));
        return ERR_INPUT;
    }
    rc = read_all(from, path, to, length);
    if (!is_stdin)
        (void)fclose(from); /* only read */
    return rc;
}

/* Would helio take it? What it would not is told by the printed line, and printed all the same: its
 * owner has something to begin with. */
static void check_printed(const char *out)
{
    struct plan *plan = plan_new();

    if (plan && plan_load_text(plan, out, "(printed)"))
        log_warn("import-settings", "the printed settings are not accepted as they are: mend the "
                                    "lines named above, then helio check --offline -c FILE");
    plan_free(plan);
}

static int convert(struct old_job *job, const char *path, const char *text, size_t length)
{
    static char out[OUT_SIZE]; /* one file at a time */
    int rc;

    job->out = text_on(out, sizeof out);
    rc = old_settings_convert(job, text, length);
    if (job->program && !rc)
        fprintf(stderr, "%s: read as %s, settings of %s\n", path, job->program->word,
                job->program->title);
    finds_say(job->finds, path, stderr);
    if (rc)
        return rc;
    check_printed(out);
    return fputs(out, stdout) < 0 ? ERR_IO : OK;
}

static int find_kind(const struct call *c, struct old_job *job)
{
    const char *kind = call_text(c, "kind", ""), *list = call_text(c, "units", NULL);
    char all[120];
    struct text words = text_on(all, sizeof all);

    job->program = old_program_find(kind);
    if (*kind && !job->program) {
        old_program_words(&words);
        return bad_call(c, "--kind is one of %s, not \"%s\"", all, kind);
    }
    if (list && !old_units_read(job, list))
        return bad_call(c,
                        "--units are written /dev/ttyUSB0:1,/dev/ttyUSB0:2, at most %d, "
                        "each once",
                        OLD_UNITS);
    return OK;
}

static int run_import_settings(struct call *c)
{
    struct old_job *job = calloc(1, sizeof *job);
    char *text = NULL;
    size_t length = 0;
    int rc = OK;

    if (!job)
        return ERR_FULL;
    if (c->count != 1)
        rc = bad_call(c, "one file is needed, or - for standard input");
    if (!rc)
        rc = find_kind(c, job);
    if (!rc)
        rc = open_and_read(c->words[0], &text, &length);
    if (!rc && !(job->finds = finds_new()))
        rc = ERR_FULL;
    if (!rc)
        rc = convert(job, c->words[0], text, length);
    if (!rc && job->unit_count && !job->program->has_units)
        log_warn("import-settings", "--units are for logtracer only: not used");
    finds_free(job->finds);
    if (text)
        explicit_bzero(text, length); /* passwords were in it */
    free(text);
    free(job);
    return rc;
}

const struct verb verb_import_settings = {
    .name = "import-settings",
    .synopsis = "FILE [--kind WORD] [--units LIST]",
    .about =
        "reads an older program's settings, prints the matching settings\n\n"
        "Understood are goodwe.conf of GoodWeUSBLogger, influx.db of logtracer.py, settings.py\n"
        "of godenerg and of pyMATE, and options.json of the Axpert add-on for Home Assistant;\n"
        "which it is, the file shows. Python is read as data and never run.\n\n"
        "Standard output is a whole settings file; standard error says line by line what was\n"
        "not taken over and why, and what to look at. Passwords are never printed: settings\n"
        "name a file for each, and standard error says how to make it.",
    .examples = "  helio import-settings /etc/goodwe.conf > helio.conf\n"
                "  helio import-settings influx.db --units /dev/ttyUSB0:1,/dev/ttyUSB0:2\n"
                "  helio import-settings settings.py --kind pymate\n"
                "  helio check --offline -c helio.conf\n",
    .options = options,
    .needs_plan = false,
    .run = run_import_settings,
};

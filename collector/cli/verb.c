/* Options, help, and the common ways of verbs (collector/cli/verb.h). */
#include "collector/cli/verb.h"

#include "base/log.h"
#include "base/text.h"
#include "base/version.h"
#include "collector/cli/rate.h"
#include "collector/plan/sinks.h"
#include "collector/run/telling.h"

#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_LONG = 256 };
static const int64_t LOAN_WAIT_US = 30000000; /* a long round of a daemon may have to end first */

const struct verb *const verbs[] = {
#define VERB(name) &verb_##name,
#include "collector/cli/verbs.def"
#undef VERB
    NULL,
};

const struct option_row common_options[] = {
    {"config", 'c', "FILE", "settings file (else HELIO_CONFIG, /etc/helio/helio.conf, ~/.config)"},
    {"verbose", 'v', NULL, "say more"},
    {"quiet", 'q', NULL, "say only errors"},
    {"trace", 0, NULL, "print every byte that travels, in the capture format"},
    {"help", 'h', NULL, "this"},
    {.name = NULL},
};

bool call_has(const struct call *c, const char *option)
{
    return call_text(c, option, NULL) != NULL;
}

const char *call_text(const struct call *c, const char *option, const char *fallback)
{
    for (size_t i = c->given_count; i-- > 0;)
        if (!strcmp(c->given[i].name, option))
            return c->given[i].value;
    return fallback;
}

bool call_number(const struct call *c, const char *option, double least, double most, double *to)
{
    const char *text = call_text(c, option, NULL);
    double value;

    if (!text)
        return true;
    if (!number_read(text, &value) || value < least || value > most) {
        bad_call(c, "--%s: \"%s\" is not a number from %g to %g", option, text, least, most);
        return false;
    }
    *to = value;
    return true;
}

int bad_call(const struct call *c, const char *format, ...)
{
    char what[400];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    log_err(c->verb->name, "%s (see: helio %s --help)", what, c->verb->name);
    return ERR_USAGE;
}

/* ---- help -------------------------------------------------------------------------------- */

static void print_options(const struct option_row *rows)
{
    for (; rows && rows->name; rows++) {
        char left[48];
        char letter[] = {'-', rows->letter, ',', ' ', '\0'};
        snprintf(left, sizeof left, "%s--%s%s%s", rows->letter ? letter : "    ", rows->name,
                 rows->argument ? " " : "", rows->argument ? rows->argument : "");
        printf("  %-26s %s\n", left, rows->help);
    }
}

static void print_verb_help(const struct verb *v)
{
    printf("helio %s %s\n\n%s\n\noptions:\n", v->name, v->synopsis, v->about);
    print_options(v->options);
    print_options(common_options);
    printf("\nexamples:\n%s", v->examples);
}

static void print_help(FILE *to)
{
    fprintf(to, "helio: reads solar inverters and charge controllers, keeps what they say, and "
                "delivers it\n\nhelio VERB [options]\n\n");
    for (size_t i = 0; verbs[i]; i++)
        fprintf(to, "  %-15s %.*s\n", verbs[i]->name, (int)strcspn(verbs[i]->about, "\n"),
                verbs[i]->about);
    fprintf(to, "\nhelio VERB --help says more. A device is a name from the settings file, or\n"
                "DRIVER@LINE[:ADDRESS], for example:\n\n"
                "  helio read tracer@rtu:/dev/ttyUSB0:1 pv_power\n"
                "  helio once --print tracer@sim:1\n");
}

/* ---- options ----------------------------------------------------------------------------- */

struct parser {
    struct option long_rows[OPTIONS_MAX + 8];
    const struct option_row *rows[OPTIONS_MAX + 8];
    char letters[64];
    int count;
};

static void add_rows(struct parser *p, const struct option_row *rows)
{
    for (; rows && rows->name && p->count < OPTIONS_MAX + 6; rows++) {
        size_t used = strlen(p->letters);
        p->rows[p->count] = rows;
        p->long_rows[p->count] =
            (struct option){rows->name, rows->argument ? required_argument : no_argument, NULL,
                            FIRST_LONG + p->count};
        p->count++;
        if (rows->letter && used + 3 < sizeof p->letters)
            snprintf(p->letters + used, sizeof p->letters - used, "%c%s", rows->letter,
                     rows->argument ? ":" : "");
    }
}

static const struct option_row *row_for(const struct parser *p, int got)
{
    if (got >= FIRST_LONG)
        return p->rows[got - FIRST_LONG];
    for (int i = 0; i < p->count; i++)
        if (p->rows[i]->letter == got)
            return p->rows[i];
    return NULL;
}

static int unknown_option(const struct call *c, const struct parser *p, const char *text)
{
    struct nearest n = {.word = text + strspn(text, "-")};

    for (int i = 0; i < p->count; i++)
        nearest_try(&n, p->rows[i]->name);
    if (n.best)
        return bad_call(c, "\"%s\" is no option, or lacks its value; did you mean --%s?", text,
                        n.best);
    return bad_call(c, "\"%s\" is no option, or lacks its value", text);
}

static int parse(struct call *c, int argc, char **argv)
{
    struct parser p = {.letters = ":"};
    int got;

    add_rows(&p, c->verb->options);
    add_rows(&p, common_options);
    opterr = 0;
    optind = 1;
    while ((got = getopt_long(argc, argv, p.letters, p.long_rows, NULL)) != -1) {
        const struct option_row *row = got == '?' || got == ':' ? NULL : row_for(&p, got);
        if (!row)
            return unknown_option(c, &p, argv[optind - 1]);
        if (c->given_count == OPTIONS_MAX)
            return bad_call(c, "too many options");
        c->given[c->given_count].name = row->name;
        c->given[c->given_count++].value = optarg && row->argument ? optarg : "";
    }
    c->words = argv + optind;
    c->count = argc - optind;
    return OK;
}

static void set_loudness(const struct call *c)
{
    if (call_has(c, "quiet"))
        log_set_level(LOG_LEVEL_ERR);
    if (call_has(c, "verbose"))
        log_set_level(LOG_LEVEL_DEBUG);
    if (call_has(c, "trace"))
        log_set_level(LOG_LEVEL_WIRE);
}

static int load_plan(struct call *c)
{
    static char path[512];

    c->config = call_text(c, "config", NULL);
    if (!c->config)
        c->config = plan_default_path(path, sizeof path);
    c->plan = plan_new();
    if (!c->plan)
        return ERR_FULL;
    return c->config && c->verb->needs_plan ? plan_load(c->plan, c->config) : plan_finish(c->plan);
}

static const struct verb *find_verb(const char *name)
{
    struct nearest n = {.word = name};

    for (size_t i = 0; verbs[i]; i++) {
        if (!strcmp(verbs[i]->name, name))
            return verbs[i];
        nearest_try(&n, verbs[i]->name);
    }
    nearest_try(&n, "--version");
    nearest_try(&n, "--help");
    if (n.best)
        log_err(NULL, "\"%s\" is no verb; did you mean \"%s\"?", name, n.best);
    else
        log_err(NULL, "\"%s\" is no verb (see: helio --help)", name);
    return NULL;
}

/* helio help, helio help VERB */
static int help(const char *verb_name)
{
    const struct verb *verb = verb_name ? find_verb(verb_name) : NULL;

    if (verb_name && !verb)
        return error_exit(ERR_USAGE);
    if (verb)
        print_verb_help(verb);
    else
        print_help(stdout);
    return 0;
}

int helio_main(int argc, char **argv)
{
    struct call call = {0};
    int rc = rate_follow();

    (void)signal(SIGPIPE, SIG_IGN); /* a reader that leaves shows up as a failed write */
    if (rc)
        return error_exit(rc);
    sinks_prepare();
    if (argc < 2) {
        print_help(stderr);
        return error_exit(ERR_USAGE);
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
        return help(argc > 2 ? argv[2] : NULL);
    if (!strcmp(argv[1], "--version")) {
        printf("helio %s\n", program_version);
        return 0;
    }
    call.verb = find_verb(argv[1]);
    if (!call.verb)
        return error_exit(ERR_USAGE);
    rc = parse(&call, argc - 1, argv + 1);
    if (!rc && call_has(&call, "help")) {
        print_verb_help(call.verb);
        return 0;
    }
    set_loudness(&call);
    if (!rc && call.verb->prepare)
        call.verb->prepare();
    if (!rc)
        rc = load_plan(&call);
    if (!rc)
        rc = call.verb->run(&call);
    plan_free(call.plan);
    if (fflush(stdout) && !rc)
        rc = ERR_IO;
    return error_exit(rc);
}

/* ---- one device on its own --------------------------------------------------------------- */

int visit_begin(struct visit *v, struct call *c, const char *device_text)
{
    struct addressee to = {.name = device_text};
    struct told told = {0};
    struct device *speaker;
    int rc =
        addressee_find(c->plan, device_text, &to) ? OK : plan_find(c->plan, device_text, &to.at);

    *v = (struct visit){0};
    if (rc)
        return rc;
    rc = house_build(&v->house, c->plan);
    if (!rc && call_has(c, "record"))
        rc = house_record(&v->house, call_text(c, "record", ""));
    if (rc)
        return rc;
    speaker = &v->house.devices[to.at];
    if (*to.unit) {
        rc = telling_unit(speaker, &to, &v->unit, &told);
        if (rc) {
            log_err(to.name, "%s", told.why);
            return rc;
        }
    }
    v->device = *to.unit ? &v->unit : speaker;
    v->device->bus->is_excused = silence_is_excused(v->device);
    rc = bus_borrow(v->device->bus, LOAN_WAIT_US);
    if (rc)
        (void)visit_is_asleep(v, rc); /* the line has said nothing then */
    return rc;
}

bool visit_is_asleep(struct visit *v, int rc)
{
    char why[80];

    v->is_asleep = silence_is_absence(rc) && silence_is_sleep(v->device, why, sizeof why);
    if (v->is_asleep)
        log_note(v->device->name, "asleep: %s", why);
    return v->is_asleep;
}

void visit_end(struct visit *v)
{
    if (v->device)
        bus_return(v->device->bus);
    if (v->house.plan)
        house_raze(&v->house);
}

/* ---- many devices ------------------------------------------------------------------------ */

int call_has_no_device(const struct call *c)
{
    if (!c->config) {
        log_err(c->verb->name, "no settings file was found, and no device named; helio check says "
                               "how to begin");
        return ERR_INPUT;
    }
    log_err(c->verb->name,
            "%s: the settings name no device; helio scan prints the lines for those "
            "that answer",
            c->config);
    return ERR_CONFIG;
}

void call_mark(struct call *c, bool *marks)
{
    for (size_t i = 0; i < c->plan->device_count; i++)
        marks[i] = c->count == 0;
    for (int i = 0; i < c->count; i++) {
        const struct group *g = addressee_group(c->plan, c->words[i]);
        size_t at;
        for (size_t m = 0; g && m < g->count; m++)
            marks[g->members[m].device] = true;
        if (!g && plan_find(c->plan, c->words[i], &at) == OK)
            marks[at] = true;
    }
}

/* Those named and who speaks for them, or all of the settings file. */
static int choose(struct call *c, bool **wanted)
{
    int rc = OK;

    for (int i = 0; i < c->count && !rc; i++) {
        struct addressee to;
        size_t at;
        if (addressee_find(c->plan, c->words[i], &to) && *to.unit && !to.of_its_own)
            return bad_call(c, "%s sits behind %s: name that one", to.name,
                            c->plan->devices[to.at].name);
        if (!addressee_group(c->plan, c->words[i]))
            rc = plan_find(c->plan, c->words[i], &at);
    }
    if (rc)
        return rc;
    if (!c->plan->device_count)
        return call_has_no_device(c);
    *wanted = calloc(c->plan->device_count, sizeof **wanted);
    if (!*wanted)
        return ERR_FULL;
    call_mark(c, *wanted);
    addressee_mark_speakers(c->plan, *wanted);
    return OK;
}

int house_for(struct call *c, struct house *h, bool **wanted)
{
    int rc = choose(c, wanted);

    if (!rc)
        rc = house_build(h, c->plan);
    if (!rc && call_has(c, "record"))
        rc = house_record(h, call_text(c, "record", ""));
    return rc;
}

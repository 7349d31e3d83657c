/* What every verb promises, asked of all of them: its words here, its manners of the program. */
#include "collector/cli/verb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
    const char *name;
    char letter;
} common[] = {{"config", 'c'}, {"verbose", 'v'}, {"quiet", 'q'}, {"trace", 0}, {"help", 'h'}};
enum { COMMON = sizeof common / sizeof *common };

#define EACH_VERB(v) (const struct verb *const *v = verbs; *v; v++)
#define promise(verb, what, condition)                                                             \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("%s: %s: not so: %s", (verb)->name, what, #condition);                        \
    } while (0)

static void words(void **state)
{
    (void)state;
    assert_non_null(verbs[0]);
    for
        EACH_VERB(at)
        {
            const struct verb *v = *at;
            char self[40];
            assert_true(v->name && *v->name &&
                        strlen(v->name) <= 15); /* the column of helio --help */
            promise(v, "name", v->name[strspn(v->name, "abcdefghijklmnopqrstuvwxyz-")] == '\0');
            promise(v, "synopsis", v->synopsis);
            promise(v, "about", v->about && *v->about);
            promise(v, "about",
                    strcspn(v->about, "\n") <= 80); /* its first line stands in the list */
            promise(v, "examples", v->examples && *v->examples);
            promise(v, "examples", v->examples[strlen(v->examples) - 1] == '\n');
            snprintf(self, sizeof self, "helio %s", v->name);
            promise(v, "examples", strstr(v->examples, self));
            promise(v, "run", v->run);
            for (const struct verb *const *other = verbs; other < at; other++)
                promise(v, "name", strcmp((*other)->name, v->name) != 0);
        }
}

static void options(void **state)
{
    (void)state;
    for
        EACH_VERB(at)
        {
            unsigned count = 0;
            for (const struct option_row *o = (*at)->options; o && o->name; o++) {
                promise(*at, o->name, ++count + COMMON <= OPTIONS_MAX);
                promise(*at, o->name, *o->name && !strchr(o->name, ' ') && *o->name != '-');
                promise(*at, o->name, o->help && *o->help);
                promise(*at, o->name, !o->argument || *o->argument);
                promise(*at, o->name, !o->letter || isalnum((unsigned char)o->letter));
                for (const struct option_row *other = (*at)->options; other < o; other++) {
                    promise(*at, o->name, strcmp(other->name, o->name) != 0);
                    promise(*at, o->name, !o->letter || other->letter != o->letter);
                }
                for (size_t i = 0; i < COMMON; i++) {
                    promise(*at, o->name, strcmp(common[i].name, o->name) != 0);
                    promise(*at, o->name, !o->letter || common[i].letter != o->letter);
                }
            }
        }
}

/* ---- the program ------------------------------------------------------------------------- */

struct run {
    int code; /* -1: it did not end by itself */
    char out[32768], err[8192];
};

static void read_all(FILE *from, char *to, size_t size)
{
    rewind(from);
    to[fread(to, 1, size - 1, from)] = '\0';
    fclose(from);
}

static void run_helio(struct run *r, const char *first, const char *second)
{
    const char *program = getenv("HELIO");
    const char *const argv[] = {"helio", first, second, NULL};
    FILE *out = tmpfile(), *err = tmpfile();
    int status = 0;

    if (!program) {
        print_message("HELIO does not say where the program is\n");
        skip();
    }
    assert_non_null(out);
    assert_non_null(err);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        alarm(30);
        if (dup2(fileno(out), STDOUT_FILENO) < 0 || dup2(fileno(err), STDERR_FILENO) < 0)
            _exit(126);
        unsetenv("HELIO_CONFIG");
        unsetenv("JOURNAL_STREAM");
        execv(program, (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    r->code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    read_all(out, r->out, sizeof r->out);
    read_all(err, r->err, sizeof r->err);
}

static void help(void **state)
{
    static struct run r, all;

    (void)state;
    run_helio(&all, "--help", NULL);
    assert_int_equal(all.code, 0);
    for
        EACH_VERB(at)
        {
            static const char *const ways[] = {"--help", "-h"};
            char self[40], row[40];
            snprintf(self, sizeof self, "helio %s ", (*at)->name);
            snprintf(row, sizeof row, "\n  %-15s ", (*at)->name);
            promise(*at, "helio --help", strstr(all.out, row));
            for (size_t i = 0; i < 2; i++) {
                run_helio(&r, (*at)->name, ways[i]);
                promise(*at, ways[i], r.code == 0);
                promise(*at, ways[i], !*r.err);
                promise(*at, ways[i], strstr(r.out, self) == r.out);
                promise(*at, ways[i], strstr(r.out, (*at)->examples));
                for (const struct option_row *o = (*at)->options; o && o->name; o++) {
                    char option[40];
                    snprintf(option, sizeof option, "--%s", o->name);
                    promise(*at, o->name, strstr(r.out, option) && strstr(r.out, o->help));
                }
            }
        }
    run_helio(&r, "--version", NULL);
    assert_int_equal(r.code, 0);
    assert_true(!strncmp(r.out, "helio ", 6));
}

/* The name without one letter in its middle: "verbse" for "verbose". */
static void mistype(const char *name, char *to, size_t size)
{
    size_t middle = strlen(name) / 2;

    snprintf(to, size, "--%.*s%s", (int)middle, name, name + middle + 1);
}

static void unknown_options(void **state)
{
    static struct run r;

    (void)state;
    for
        EACH_VERB(at)
        {
            char typed[60], wanted[80];
            run_helio(&r, (*at)->name, "--verbse");
            promise(*at, "--verbse", r.code == 64);
            promise(*at, "--verbse", !*r.out);
            promise(*at, "--verbse", strstr(r.err, "did you mean --verbose?"));
            run_helio(&r, (*at)->name, "--no-such-thing-at-all");
            promise(*at, "--no-such-thing-at-all", r.code == 64);
            promise(*at, "--no-such-thing-at-all", strstr(r.err, "is no option"));
            run_helio(&r, (*at)->name, "--config"); /* lacks its value */
            promise(*at, "--config", r.code == 64);
            for (const struct option_row *o = (*at)->options; o && o->name; o++) {
                if (strlen(o->name) < 5)
                    continue;
                mistype(o->name, typed, sizeof typed);
                run_helio(&r, (*at)->name, typed);
                promise(*at, typed, r.code == 64);
                snprintf(wanted, sizeof wanted, "did you mean --%s?", o->name);
                promise(*at, typed, strstr(r.err, wanted));
            }
        }
}

static void unknown_verbs(void **state)
{
    static struct run r;

    (void)state;
    run_helio(&r, "raed", NULL);
    assert_int_equal(r.code, 64);
    assert_string_equal(r.out, "");
    assert_non_null(strstr(r.err, "did you mean \"read\"?"));
    run_helio(&r, "photosynthesis", NULL);
    assert_int_equal(r.code, 64);
    assert_non_null(strstr(r.err, "helio --help"));
    run_helio(&r, NULL, NULL);
    assert_int_equal(r.code, 64);
    assert_non_null(strstr(r.err, "helio VERB"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),           cmocka_unit_test(options),       cmocka_unit_test(help),
        cmocka_unit_test(unknown_options), cmocka_unit_test(unknown_verbs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

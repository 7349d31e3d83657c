/*
 * Every capture under tests/captures, decoded and held against what it says of itself. The folder
 * names the driver: a new device is proven by putting its traffic there.
 */
#include "base/clock.h"
#include "base/section.h"
#include "base/text.h"
#include "bus/bus.h"
#include "bus/capture.h"
#include "bus/lines.h"
#include "drivers/driver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS_MAX = 600, MEANINGS_MAX = 64, PATH_LENGTH = 512 };

/* One exchange, with all that is said about it. Those of one case are one reading: numbers may lie
 * across their borders, and what is said at the end is about all of them. */
struct story {
    char name[CAPTURE_NAME * 4], failed[CAPTURE_NAME * 4];
    uint8_t asked[ANSWER_MAX], answered[ANSWER_MAX];
    size_t asked_length, answered_length;
    char meanings[MEANINGS_MAX][CAPTURE_NAME * 4];
    unsigned meaning_count;
    bool is_begun;
    bool is_next; /* others of its case were there before */
};

struct decoded {
    unsigned count;
    struct {
        char name[48], text[200];
        double value;
        bool is_text;
    } fields[FIELDS_MAX];
};

struct tally {
    const struct driver *driver;
    struct decoding how;
    const char *path;
    unsigned files, cases, held, wrong;
};

static void keep(void *to, const struct field *f)
{
    struct decoded *d = to;

    if (d->count == FIELDS_MAX)
        return;
    snprintf(d->fields[d->count].name, sizeof d->fields[0].name, "%s", f->name);
    snprintf(d->fields[d->count].text, sizeof d->fields[0].text, "%s", f->text ? f->text : "");
    d->fields[d->count].value = f->value;
    d->fields[d->count++].is_text = f->is_text;
}

static bool holds(const struct decoded *d, const char *name, const char *expected)
{
    double number;
    bool is_number = number_read(expected, &number), is_absent = !strcmp(expected, "none");

    for (unsigned i = d->count; i-- > 0;) { /* the newest of a name */
        if (strcmp(d->fields[i].name, name))
            continue;
        if (!strcmp(d->fields[i].text, expected))
            return true;
        if (is_number && !d->fields[i].is_text)
            return fabs(d->fields[i].value - number) < 1e-6;
        print_error("%s is %g \"%s\"\n", name, d->fields[i].value, d->fields[i].text);
        return false;
    }
    if (!is_absent)
        print_error("%s is not in the answer\n", name);
    return is_absent;
}

/* By the word for the error, or by the family's own: "ack" is one, and all is well then. */
static bool failed_as_told(const struct speech *speech, const char *word, int rc, int detail)
{
    const char *own = speech->result ? speech->result(rc, detail) : NULL;
    int number;

    if (sscanf(word, "exception %d", &number) == 1)
        return rc == ERR_REFUSED && detail == number;
    if (own && strcmp(own, error_word(rc)) != 0)
        return !strcmp(word, own);
    return rc != OK && !strcmp(word, error_word(rc));
}

static void judge(struct tally *t, const struct story *s)
{
    static struct decoded d;
    int detail = 0, rc;

    if (!s->is_begun)
        return;
    t->cases++;
    if (!s->is_next) {
        d.count = 0;
        memset(t->how.have, 0, sizeof t->how.have);
    }
    rc = t->driver->speech->decode(&t->how, s->asked, s->asked_length, s->answered,
                                   s->answered_length, keep, &d, &detail);
    if (*s->failed ? !failed_as_told(t->driver->speech, s->failed, rc, detail) || d.count
                   : rc != OK) {
        print_error("%s: %s: %s (%d), not \"%s\"\n", t->path, s->name, error_word(rc), detail,
                    s->failed);
        t->wrong++;
        return;
    }
    for (unsigned i = 0; i < s->meaning_count; i++) {
        char name[CAPTURE_NAME * 4];
        snprintf(name, sizeof name, "%s", s->meanings[i]);
        char *value = strchr(name, ' ');
        if (value)
            *value++ = '\0';
        if (value && holds(&d, name, value + strspn(value, " "))) {
            t->held++;
        } else {
            print_error("%s: %s: not \"%s\"\n", t->path, s->name, s->meanings[i]);
            t->wrong++;
        }
    }
    t->held += *s->failed != '\0';
}

static void take_line(struct tally *t, struct story *s, const struct capture_line *part)
{
    switch (part->kind) {
    case CAPTURE_CASE:
        judge(t, s);
        s->is_begun = s->is_next = false;
        snprintf(s->name, sizeof s->name, "%s", part->text);
        break;
    case CAPTURE_ASKED:
        judge(t, s);
        s->is_next = s->is_begun && *s->name;
        s->is_begun = true;
        s->failed[0] = '\0';
        s->meaning_count = 0;
        s->answered_length = 0;
        s->asked_length = part->length;
        memcpy(s->asked, part->bytes, part->length);
        break;
    case CAPTURE_ANSWERED:
        assert_true(s->answered_length + part->length <= ANSWER_MAX);
        memcpy(s->answered + s->answered_length, part->bytes, part->length);
        s->answered_length += part->length;
        break;
    case CAPTURE_FAILED:
        snprintf(s->failed, sizeof s->failed, "%s", part->text);
        break;
    case CAPTURE_MEANING:
        assert_true(s->meaning_count < MEANINGS_MAX);
        snprintf(s->meanings[s->meaning_count++], sizeof s->meanings[0], "%s", part->text);
        break;
    case CAPTURE_NOTHING:
        break;
    }
}

static void judge_file(struct tally *t)
{
    static struct story s;
    static struct capture_line part;
    char line[CAPTURE_LINE];
    FILE *from = fopen(t->path, "r");

    assert_non_null(from);
    s.is_begun = s.is_next = false;
    s.name[0] = '\0';
    t->how = (struct decoding){.rows = t->driver->rows}; /* which kind it is, the file says */
    t->files++;
    for (unsigned number = 1; fgets(line, sizeof line, from); number++) {
        if (capture_read_line(line, &part)) {
            print_error("%s:%u: not a line of a capture\n", t->path, number);
            t->wrong++;
            continue;
        }
        take_line(t, &s, &part);
    }
    judge(t, &s);
    assert_int_equal(fclose(from), 0);
}

static int no_dots(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void judge_folder(struct tally *t, const char *folder)
{
    struct dirent **names;
    char path[PATH_LENGTH];
    int count = scandir(folder, &names, no_dots, alphasort);

    assert_true(count >= 0);
    for (int i = 0; i < count; i++) {
        const char *ending = strrchr(names[i]->d_name, '.');
        if (ending && !strcmp(ending, ".log")) {
            assert_true(snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name) <
                        PATH_LENGTH);
            t->path = path;
            judge_file(t);
        }
        free(names[i]);
    }
    free(names);
}

static const char *root(void)
{
    const char *given = getenv("HELIO_SOURCE");

    return given ? given : ".";
}

static void every_capture_means_what_it_says(void **state)
{
    struct dirent **names;
    char top[PATH_LENGTH - 300], folder[PATH_LENGTH];
    struct tally t = {0};

    (void)state;
    assert_true(snprintf(top, sizeof top, "%s/tests/captures", root()) < (int)sizeof top);
    int count = scandir(top, &names, no_dots, alphasort);
    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        t.driver = driver_find(names[i]->d_name);
        snprintf(folder, sizeof folder, "%s/%s", top, names[i]->d_name);
        if (!t.driver) {
            print_error("%s: no driver of this name\n", folder);
            t.wrong++;
        } else {
            judge_folder(&t, folder);
        }
        free(names[i]);
    }
    free(names);
    print_message("%u files, %u cases, %u fields and errors held, %u wrong\n", t.files, t.cases,
                  t.held, t.wrong);
    assert_true(t.cases > 0);
    assert_true(t.held > 0);
    assert_int_equal(t.wrong, 0);
}

/* ---- the same captures behind the replay line -------------------------------------------- */

static int talk(struct bus *bus, const char *words, struct answer *a)
{
    struct block b;
    uint8_t bytes[ASK_MAX];
    struct ask ask = {.bytes = bytes, .tries = 1};
    const struct speech *speech = driver_find("tracer")->speech;

    assert_int_equal(speech->parse(words, &b), OK);
    assert_int_equal(speech->question(1, &b, bytes, &ask), OK);
    ask.bytes = bytes;
    return bus_talk(bus, &ask, a);
}

static void a_capture_answers_again(void **state)
{
    const struct line *line = line_find("replay");
    const struct setting *const tables[] = {bus_settings, line->settings};
    struct section section;
    struct bus bus;
    static struct answer a;
    char path[PATH_LENGTH];

    (void)state;
    snprintf(path, sizeof path, "%s/tests/captures/tracer/documents.log", root());
    assert_int_equal(section_from_words("bus", "old", "line=replay", &section), OK);
    assert_int_equal(section_check(&section, tables, 2), OK);
    assert_int_equal(bus_init(&bus, "old", line, path, &section), OK);
    assert_int_equal(bus_borrow(&bus, 0), OK);
    for (int round = 0; round < 3; round++) { /* after the last one it begins again */
        assert_int_equal(talk(&bus, "0x3104", &a), OK);
        assert_int_equal(a.length, 7);
        assert_int_equal(a.bytes[4], 0xce);
        assert_int_equal(talk(&bus, "0x9067", &a), OK);
        assert_int_equal(talk(&bus, "0x9000+15", &a), OK); /* stands further up in the file */
        assert_int_equal(a.length, 35);
    }
    assert_int_equal(talk(&bus, "0x3200+3", &a), ERR_TIMEOUT); /* was never recorded */
    assert_int_equal(talk(&bus, "0x3104", &a), OK);
    bus_return(&bus);
    bus_done(&bus);
    section_done(&section);
}

static void refusals_and_damage_answer_again(void **state)
{
    static const struct {
        const char *file, *words;
        int result;
    } old[] = {{"exceptions.log", "3:0x3000", ERR_REFUSED}, {"faults.log", "0x3100", ERR_ECHO}};
    const struct line *line = line_find("replay");
    const struct setting *const tables[] = {bus_settings, line->settings};
    static struct answer a;

    (void)state;
    for (size_t i = 0; i < sizeof old / sizeof *old; i++) {
        struct section section;
        struct bus bus;
        char path[PATH_LENGTH];
        snprintf(path, sizeof path, "%s/tests/captures/tracer/%s", root(), old[i].file);
        assert_int_equal(section_from_words("bus", "old", "line=replay", &section), OK);
        assert_int_equal(section_check(&section, tables, 2), OK);
        assert_int_equal(bus_init(&bus, "old", line, path, &section), OK);
        assert_int_equal(bus_borrow(&bus, 0), OK);
        assert_int_equal(talk(&bus, old[i].words, &a), old[i].result);
        bus_return(&bus);
        bus_done(&bus);
        section_done(&section);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_capture_means_what_it_says),
        cmocka_unit_test(a_capture_answers_again),
        cmocka_unit_test(refusals_and_damage_answer_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

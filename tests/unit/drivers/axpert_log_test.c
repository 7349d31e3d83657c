/*
 * A day of logged status frames, as an older program left it: whole ones, joined ones, cut ones,
 * refusals, padding and flipped bits. Every good one must come out with its own numbers, every bad
 * one must be refused, and for its own reason.
 */
#include "drivers/axpert/axpert.h"

#include "base/chance.h"
#include "bus/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES_MAX = 400, DAY = 8000, REPORT = 8, PATH_LENGTH = 512 };

struct frame {
    size_t length;
    uint8_t bytes[ANSWER_MAX];
};

static struct frame good[FRAMES_MAX];
static unsigned good_count;
static uint8_t qpigs[ASK_MAX];
static size_t qpigs_length;

static int decode(const struct frame *f, struct reading *r)
{
    int detail = 0;

    *r = (struct reading){0};
    return axpert_speech.decode(&(struct decoding){.rows = axpert_rows, .kind = KIND_CLASSIC},
                                qpigs, qpigs_length, f->bytes, f->length, device_collect, r,
                                &detail);
}

static bool same(const struct reading *a, const struct reading *b)
{
    if (a->count != b->count)
        return false;
    for (unsigned i = 0; i < a->count; i++)
        if (a->fields[i].metric != b->fields[i].metric || a->fields[i].value < b->fields[i].value ||
            a->fields[i].value > b->fields[i].value)
            return false;
    return true;
}

static FILE *open_below_root(const char *path)
{
    const char *root = getenv("HELIO_SOURCE");
    char whole[PATH_LENGTH];

    snprintf(whole, sizeof whole, "%s/%s", root ? root : ".", path);
    return fopen(whole, "r");
}

static int read_good_frames(void **state)
{
    static struct capture_line part;
    char line[CAPTURE_LINE];
    struct reading r;
    FILE *from = open_below_root("tests/captures/axpert/half_minutes.log");

    (void)state;
    assert_non_null(from);
    qpigs_length = axpert_request("QPIGS", qpigs);
    while (good_count < FRAMES_MAX && fgets(line, sizeof line, from)) {
        struct frame *f = &good[good_count];
        if (capture_read_line(line, &part) || part.kind != CAPTURE_ANSWERED)
            continue;
        f->length = part.length;
        memcpy(f->bytes, part.bytes, part.length);
        bool is_joined = memchr(f->bytes + 1, '(', f->length - 1) != NULL;
        assert_int_equal(decode(f, &r), OK);
        good_count += !is_joined;
    }
    fclose(from);
    assert_true(good_count >= 20);
    return 0;
}

/* ---- damage ------------------------------------------------------------------------------- */

static void put(struct frame *to, const uint8_t *bytes, size_t length)
{
    assert_true(to->length + length <= sizeof to->bytes);
    memcpy(to->bytes + to->length, bytes, length);
    to->length += length;
}

/* Each takes a good frame, another that came before it, and makes what was logged. */
typedef int damage_fn(struct chance *c, const struct frame *f, const struct frame *before,
                      struct frame *to);

static size_t reports(struct chance *c, const struct frame *f)
{
    return REPORT * (size_t)chance_between(c, 1, (int64_t)f->length / REPORT - 1);
}

static int whole(struct chance *c, const struct frame *f, const struct frame *before,
                 struct frame *to)
{
    (void)c, (void)before;
    put(to, f->bytes, f->length);
    return OK;
}

static int padded(struct chance *c, const struct frame *f, const struct frame *before,
                  struct frame *to)
{
    static const uint8_t zeros[3 * REPORT];

    (void)before;
    put(to, zeros, (size_t)chance_between(c, 0, 2 * REPORT));
    put(to, f->bytes, f->length);
    put(to, zeros, (size_t)chance_between(c, 1, REPORT - 1));
    return OK;
}

static int joined(struct chance *c, const struct frame *f, const struct frame *before,
                  struct frame *to)
{
    put(to, before->bytes, reports(c, before));
    put(to, f->bytes, f->length);
    return OK;
}

/* The beginning of a stale answer, and the rest of this one. */
static int joined_in_the_middle(struct chance *c, const struct frame *f, const struct frame *before,
                                struct frame *to)
{
    size_t from = reports(c, f);

    put(to, before->bytes, from);
    put(to, f->bytes + from, f->length - from);
    return memcmp(to->bytes, f->bytes, f->length) ? ERR_CRC : OK;
}

static int cut(struct chance *c, const struct frame *f, const struct frame *before,
               struct frame *to)
{
    (void)before;
    put(to, f->bytes, (size_t)chance_between(c, 1, (int64_t)f->length - 1));
    return ERR_TIMEOUT;
}

static int report_lost(struct chance *c, const struct frame *f, const struct frame *before,
                       struct frame *to)
{
    size_t from = reports(c, f);

    (void)before;
    put(to, f->bytes, from);
    if (from + REPORT < f->length)
        put(to, f->bytes + from + REPORT, f->length - from - REPORT);
    else
        return ERR_TIMEOUT; /* the end was in it */
    return ERR_CRC;
}

static int nak(struct chance *c, const struct frame *f, const struct frame *before,
               struct frame *to)
{
    static const char *const said[] = {"(NAKss\r", "(NAK\r", "NAK\r", "(NAKss\r\0"};
    const char *one = said[chance_between(c, 0, 3)];

    (void)f, (void)before;
    put(to, (const uint8_t *)one, strlen(one) + (one == said[3]));
    return ERR_REFUSED;
}

static int nak_inside(struct chance *c, const struct frame *f, const struct frame *before,
                      struct frame *to)
{
    (void)f;
    put(to, before->bytes, reports(c, before));
    put(to, (const uint8_t *)"(NAKss\r", 7);
    return ERR_REFUSED;
}

static int flipped(struct chance *c, const struct frame *f, const struct frame *before,
                   struct frame *to)
{
    (void)before;
    put(to, f->bytes, f->length);
    for (int64_t flips = chance_between(c, 1, 2); flips > 0; flips--)
        to->bytes[chance_between(c, 1, (int64_t)f->length - 2)] ^=
            (uint8_t)(1 << chance_between(c, 0, 7));
    if (!memcmp(to->bytes, f->bytes, f->length))
        return OK; /* the same bit twice */
    const uint8_t *end = memchr(to->bytes, '\r', to->length);
    return end < to->bytes + 4 ? ERR_SHORT : ERR_CRC; /* an end in the middle */
}

static int no_bracket(struct chance *c, const struct frame *f, const struct frame *before,
                      struct frame *to)
{
    size_t from = (size_t)chance_between(c, 1, (int64_t)f->length - 8);

    (void)before;
    put(to, f->bytes + from, f->length - from);
    return ERR_GARBAGE;
}

static const struct {
    const char *name;
    damage_fn *make;
    unsigned of_100;
} kinds_of_day[] = {
    {"whole", whole, 50},
    {"padded", padded, 10},
    {"joined, whole behind", joined, 8},
    {"joined in the middle", joined_in_the_middle, 5},
    {"cut", cut, 5},
    {"a report lost", report_lost, 5},
    {"NAK", nak, 4},
    {"NAK inside", nak_inside, 3},
    {"bits flipped", flipped, 7},
    {"without its beginning", no_bracket, 3},
};
enum { DAMAGES = sizeof kinds_of_day / sizeof *kinds_of_day };

static unsigned choose(struct chance *c)
{
    int64_t at = chance_between(c, 0, 99);
    unsigned i = 0;

    while (at >= kinds_of_day[i].of_100) {
        at -= kinds_of_day[i].of_100;
        i++;
    }
    return i;
}

static void a_day_of_frames(void **state)
{
    unsigned counts[DAMAGES] = {0}, decoded = 0, refused = 0, wrong = 0;
    unsigned classes[ERROR_KINDS] = {0};
    struct chance c = chance_seeded(18);

    (void)state;
    for (unsigned n = 0; n < DAY; n++) {
        const struct frame *f = &good[chance_between(&c, 0, good_count - 1)];
        const struct frame *before = &good[chance_between(&c, 0, good_count - 1)];
        struct reading r, expected;
        struct frame logged = {0};
        unsigned kind = choose(&c);
        int should = kinds_of_day[kind].make(&c, f, before, &logged), rc = decode(&logged, &r);
        counts[kind]++;
        classes[error_index(rc)]++;
        assert_int_equal(decode(f, &expected), OK);
        bool is_well = rc == should && (rc ? r.count == 0 : same(&r, &expected));
        decoded += rc == OK;
        refused += rc != OK;
        wrong += !is_well;
        if (!is_well)
            print_error("frame %u, %s: %s, not %s\n", n, kinds_of_day[kind].name, error_word(rc),
                        error_word(should));
    }
    for (unsigned i = 0; i < DAMAGES; i++)
        print_message("%5u %s\n", counts[i], kinds_of_day[i].name);
    print_message("of %u frames %u decoded, %u refused, %u wrong:", DAY, decoded, refused, wrong);
    for (int e = 1; e < ERROR_KINDS; e++)
        if (classes[e])
            print_message(" %s %u", error_word(-e), classes[e]);
    print_message("\n");
    assert_int_equal(wrong, 0);
    assert_true(decoded > DAY / 2 && refused > DAY / 10);
}

/* ---- a long record, where there is one ------------------------------------------------------ */

static bool tail_is_whole(const struct frame *f)
{
    const uint8_t *last = memrchr(f->bytes, '(', f->length);
    unsigned blanks = 0;

    for (const uint8_t *at = last; at && at < f->bytes + f->length; at++)
        blanks += *at == ' ';
    return blanks >= 20 && blanks <= 22; /* one may be in the check sum */
}

/* time, class, bytes, between tabs: what a unit said in some weeks. */
static void a_long_record(void **state)
{
    const char *given = getenv("HELIO_AXPERT_RECORD");
    FILE *from = given ? fopen(given, "r")
                       : open_below_root("../shared/vectors/axpert/seedb_log_excerpt.tsv");
    char line[CAPTURE_LINE], class[32], hex[CAPTURE_LINE];
    unsigned decoded = 0, resynced = 0, wrong = 0, refused[ERROR_KINDS] = {0};

    (void)state;
    if (!from)
        skip();
    while (fgets(line, sizeof line, from)) {
        struct frame f = {0};
        struct reading r;
        if (*line == '#' || sscanf(line, "%*[^\t]\t%31s\t%4095s", class, hex) != 2)
            continue;
        int length = capture_read_bytes(hex, f.bytes, NULL, sizeof f.bytes);
        assert_true(length > 0);
        f.length = (size_t)length;
        int rc = decode(&f, &r);
        bool may = !strcmp(class, "ok") || (!strcmp(class, "merged") && tail_is_whole(&f));
        wrong += (rc == OK) != may;
        decoded += rc == OK;
        resynced += rc == OK && !strcmp(class, "merged");
        refused[error_index(rc)] += rc != OK;
    }
    fclose(from);
    print_message("a record: %u decoded, %u of them behind another; refused:", decoded, resynced);
    for (int e = 1; e < ERROR_KINDS; e++)
        if (refused[e])
            print_message(" %s %u", error_word(-e), refused[e]);
    print_message("; %u wrong\n", wrong);
    assert_true(decoded > 0);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_of_frames),
        cmocka_unit_test(a_long_record),
    };
    return cmocka_run_group_tests(tests, read_good_frames, NULL);
}

/* What every driver promises, asked of all of them: whoever adds a row to drivers.def is tested. */
#include "collector/plan/plan.h"
#include "collector/run/house.h"

#include "base/clock.h"
#include "base/log.h"
#include "drivers/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WORDS_LIMIT = 256 };

#define EACH_DRIVER(d) (const struct driver *const *d = drivers; *d; d++)
#define EACH_BLOCK(b, d) (const struct block *b = (d)->blocks; b->name; b++)
#define EACH_ROW(r, d) (const struct row *r = (d)->rows; r->native; r++)

/* A promise broken: says by whom, since all drivers share these tests. */
#define promise(driver, what, condition)                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("%s: %s: not so: %s", (driver)->name, what, #condition);                      \
    } while (0)

/* ---- the table --------------------------------------------------------------------------- */

static void identities(void **state)
{
    (void)state;
    assert_non_null(drivers[0]);
    for
        EACH_DRIVER(at)
        {
            const struct driver *d = *at;
            bool can_simulate = false;
            promise(d, "name", d->name && *d->name && strlen(d->name) < 32);
            promise(d, d->name,
                    d->name[strspn(d->name, "abcdefghijklmnopqrstuvwxyz0123456789_-")] == 0);
            promise(d, "title", d->title && *d->title);
            promise(d, d->name, driver_find(d->name) == d); /* and so it is the only one */
            promise(d, "parts", d->places && d->speech && d->blocks && d->rows);
            promise(d, "places", d->places[0].scheme);
            for (const struct place *p = d->places; p->scheme; p++) {
                promise(d, p->scheme, line_find(p->scheme));
                can_simulate |= !strcmp(p->scheme, "sim");
            }
            promise(d, "sim", can_simulate);
            promise(d, "addresses", d->addresses.first <= d->addresses.usual);
            promise(d, "addresses", d->addresses.usual <= d->addresses.last);
            promise(d, "twin", d->twin_models && d->twin_models[0] && d->twin_begin);
            const struct speech *s = d->speech;
            promise(d, "speech", s->words_help && s->question && s->parse && s->decode && s->heard);
            promise(d, "speech", s->answer && s->refuse && s->stranger);
            promise(d, "commands", !d->commands || d->tell);
        }
    assert_null(driver_find("no such driver"));
}

static void settings_of_their_own(void **state)
{
    (void)state;
    for
        EACH_DRIVER(at)
    for (const struct setting *s = (*at)->settings; s && s->key; s++) {
        promise(*at, s->key, s->help && *s->help);
        promise(*at, s->key, s->type != CHOICE || s->choices);
        promise(*at, s->key, s->type != NUMBER || s->least <= s->most);
        for (const struct setting *core = device_settings; core->key; core++)
            promise(*at, s->key, strcmp(s->key, core->key) != 0);
    }
}

/* One that only stands for others has no numbers of its own. */
static bool has_numbers(const struct driver *d)
{
    for
        EACH_ROW(r, d)
    if (r->metric != M_NONE)
        return true;
    return false;
}

static size_t answer_bytes(const struct block *b)
{
    return b->function <= 2 ? (b->count + 7u) / 8 : 2u * b->count;
}

static void blocks(void **state)
{
    (void)state;
    for
        EACH_DRIVER(at)
        {
            const struct driver *d = *at;
            unsigned live = 0, count = 0;
        for
            EACH_BLOCK(b, d)
            {
                promise(d, b->name, ++count <= BLOCKS_MAX);
                live += b->refresh == EVERY_ROUND;
                promise(d, b->name, b->count || b->text); /* registers, or words */
                promise(d, b->name, !b->text || (b->function && b->least <= b->most));
                promise(d, b->name, b->start + b->count <= 0x10000);
                for (const struct block *o = d->blocks; o < b; o++) {
                    promise(d, b->name, strcmp(o->name, b->name) != 0);
                    /* Answers name no register: those of one round must differ in length. */
                    if (b->refresh == EVERY_ROUND && o->refresh == EVERY_ROUND && b->count &&
                        o->count)
                        promise(d, b->name,
                                o->function != b->function || answer_bytes(o) != answer_bytes(b));
                }
            }
        promise(d, "blocks", live > 0);
        promise(d, "blocks", has_numbers(d) || d->others);
        }
}

/* A name may come back in another answer, or for another kind of the family. */
static bool may_share(const struct row *a, const struct row *b)
{
    return row_is_text(b) || a->in != b->in || (a->kinds && b->kinds && !(a->kinds & b->kinds));
}

static void rows(void **state)
{
    (void)state;
    for
        EACH_DRIVER(at)
        {
            const struct driver *d = *at;
            promise(d, "rows", d->rows[0].native);
        for
            EACH_ROW(r, d)
            {
                const struct block *holder = NULL;
                promise(d, "native", *r->native);
                for (const struct row *o = d->rows; o < r; o++)
                    promise(d, r->native, strcmp(o->native, r->native) != 0 || may_share(o, r));
                promise(d, r->native, r->per != 0 && isfinite(r->per));
                promise(d, r->native, r->metric >= M_NONE && r->metric < METRIC_COUNT);
                promise(d, r->native, r->scale >= 0);
                promise(d, r->native,
                        r->form != PART || (r->width > 0 && r->shift + r->width <= 16));
                if (r->words) {
                    unsigned n = 0;
                    while (n < WORDS_LIMIT && r->words[n].text)
                        n++;
                    promise(d, r->native, n > 0 && n < WORDS_LIMIT);
                }
            for
                EACH_BLOCK(b, d) /* a number must come from one answer: halves would tear */
            if (b->count ? b->function == r->in && r->at >= b->start &&
                               r->at + row_size(r) <= b->start + b->count
                         : b->function == r->in)
                holder = b;
            promise(d, r->native, holder);
            promise(d, r->native, !strcmp(rows_find(d->rows, r->native)->native, r->native));
            }
        }
}

static void codes_have_words_in_the_catalogue(void **state)
{
    (void)state;
    for
        EACH_DRIVER(at)
        for
            EACH_ROW(r, *at)
        for (const struct code_word *w = r->words; w && w->text; w++) {
            const struct metric_info *info = &catalogue[r->metric];
            if (r->metric == M_NONE || w->means == MEANS_NOTHING)
                continue;
            if (info->kind == LABEL || info->kind == FLAGS)
                promise(*at, r->native, words_text(info->words, w->means));
        }
}

static void commands(void **state)
{
    (void)state;
    for
        EACH_DRIVER(at)
        {
            const struct command *first = (*at)->commands;
            for (const struct command *c = first; c && (c->name || c->metric != M_NONE); c++) {
                bool has_row = false;
                promise(*at, command_name(c), *command_name(c));
                promise(*at, command_name(c), c->least <= c->most);
                for (const struct command *o = first; o < c; o++)
                    promise(*at, command_name(c), strcmp(command_name(o), command_name(c)) != 0);
            for
                EACH_ROW(r, *at)
            has_row |= c->metric != M_NONE && r->metric == c->metric;
            promise(*at, command_name(c), has_row || c->name);
            promise(*at, command_name(c), c->metric != M_NONE || (c->help && *c->help));
            }
        }
}

/* ---- the twin ---------------------------------------------------------------------------- */

struct stage {
    struct plan *plan;
    struct house house;
    struct device *device;
    struct bus *bus;
    struct twin *twin;
};

static void stage_begin(struct stage *s, const struct driver *d, const char *options)
{
    char text[200];
    size_t at;

    log_set_level(LOG_LEVEL_ERR);
    clock_take(INT64_C(1777723200000)); /* 2026-05-02T12:00:00Z */
    s->plan = plan_new();
    assert_non_null(s->plan);
    snprintf(text, sizeof text, "%s@sim:,at=12:00,day=clear,time_scale=0%s%s:%u", d->name,
             *options ? "," : "", options, d->addresses.usual);
    assert_int_equal(plan_add_bare(s->plan, text, &at), OK);
    assert_int_equal(house_build(&s->house, s->plan), OK);
    s->device = &s->house.devices[at];
    s->bus = s->device->bus;
    s->bus->chance = chance_seeded(3);
    s->twin = &s->house.casts[0]->twins[0];
    assert_int_equal(bus_borrow(s->bus, 0), OK);
}

static void stage_end(struct stage *s)
{
    bus_return(s->bus);
    house_raze(&s->house);
    plan_free(s->plan);
    clock_give_back();
}

/* What every round has: some drivers ask for more in the first one. */
static int plain_round(struct stage *s, int64_t round_ms, struct reading *r)
{
    int rc = device_round(s->device, LIVE_ONLY, round_ms, r);

    if (!rc && s->device->driver->also)
        rc = device_round(s->device, LIVE_ONLY, round_ms, r);
    return rc;
}

static void promise_possible(const struct driver *d, const struct reading *r)
{
    for (unsigned i = 0; i < r->count; i++) {
        enum metric m = (enum metric)r->fields[i].metric;
        promise(d, catalogue[m].name, metric_is_possible(m, r->fields[i].value));
        for (unsigned k = 0; k < i; k++)
            promise(d, catalogue[m].name, r->fields[k].metric != m);
    }
}

static void a_round(void **state)
{
    (void)state;
    for
        EACH_DRIVER(at)
        {
            const struct driver *d = *at;
            struct stage s;
            struct reading first, r;
            stage_begin(&s, d, "");
            promise(d, "round", plain_round(&s, 12345, &first) == OK);
            promise(d, "round", (first.count > 0 || !has_numbers(d)) && first.round_ms == 12345);
            promise(d, "round",
                    s.device->state == ONLINE && s.device->complete == s.device->rounds);
            promise(d, "withheld", s.device->withheld == 0);
            promise_possible(d, &first);
            for (unsigned i = 0; i < 2 * BLOCKS_MAX; i++) { /* every slow block has its turn */
                clock_sleep_us(10000000);
                promise(d, "round", device_round(s.device, WITH_SLOW, 0, &r) == OK);
                promise(d, "round", r.count >= first.count);
                promise_possible(d, &r);
            }
            promise(d, "withheld", s.device->withheld == 0);
            promise(d, "retried", s.bus->counts.retried == 0);
            stage_end(&s);
        }
}

/* The same of a page. Its positions are counted from where the driver's pages begin. */
static void expect_page(const struct driver *d, const struct twin *t, const struct block *b,
                        struct reading *to)
{
    uint8_t bytes[PAGES_MAX] = {0};
    uint16_t first = b->start & 0xff00;
    struct stretch s = {first, PAGES_MAX, bytes, NULL};

    bytes_encode(d->rows, b->function, t->kind, &t->state, first, PAGES_MAX, bytes);
    bytes_decode(d->rows, b->function, t->kind, &s, b->start, b->count, device_collect, to);
}

/* What the rows make of the twin's state, block by block, without a wire in between. */
static void expect_block(const struct driver *d, const struct twin *t, const struct block *b,
                         struct reading *to)
{
    uint16_t words[128] = {0};

    for (uint16_t i = 0; i < b->count; i++)
        (void)rows_encode(d->rows, b->function, (uint16_t)(b->start + i), &t->state, &words[i]);
    (void)rows_decode(d->rows, b->function, b->start, words, b->count, device_collect, to);
    expect_page(d, t, b, to);
}

static void values_come_back(void **state)
{
    (void)state;
    for
        EACH_DRIVER(at)
        {
            const struct driver *d = *at;
            struct stage s;
            struct reading round, said = {0}, expected = {0};
            stage_begin(&s, d, "");
            promise(d, "round", device_round(s.device, LIVE_ONLY, 0, &round) == OK);
        for
            EACH_BLOCK(b, d)
            {
                if (b->refresh != EVERY_ROUND || !b->count || b->function <= 2)
                    continue;
                promise(d, b->name, device_block(s.device, b, device_collect, &said) == OK);
                expect_block(d, s.twin, b, &expected);
            }
        /* Where currents and voltages are said, powers follow in the answer's own words. */
        promise(d, "values",
                d->speech->piece ? said.count >= expected.count : said.count == expected.count);
        promise(d, "values", expected.count > 0 || !d->blocks[0].count || !has_numbers(d));
        for (unsigned i = 0; i < expected.count; i++) {
            enum metric m = (enum metric)expected.fields[i].metric;
            double value = 0;
            promise(d, catalogue[m].name, reading_get(&said, m, &value));
            promise(d, catalogue[m].name, value == expected.fields[i].value);
            if (reading_get(&round, m, &value)) /* the driver may leave out what it doubts */
                promise(d, catalogue[m].name, value == expected.fields[i].value);
        }
        /* The twin means the same as its answers say, as far as the wire's steps allow. */
        for
            EACH_ROW(r, d)
            {
                double meant = 0, value = 0;
                if (r->metric == M_NONE || r->words || (r->kinds && !(r->kinds & s.twin->kind)) ||
                    !reading_get(&said, r->metric, &value) ||
                    !reading_get(&s.twin->state, r->metric, &meant))
                    continue;
                promise(d, r->native,
                        fabs(value - meant) <= 1 / fabs(r->per * (r->scale > 0 ? r->scale : 1)));
            }
        stage_end(&s);
        }
}

static void every_block_can_be_asked(void **state)
{
    (void)state;
    for
        EACH_DRIVER(at)
        {
            const struct driver *d = *at;
            struct stage s;
            stage_begin(&s, d, "");
        for
            EACH_BLOCK(b, d)
            {
                struct reading r = {0};
                uint8_t bytes[ASK_MAX];
                struct ask ask = {0};
                promise(d, b->name, d->speech->question(s.device->address, b, bytes, &ask) == OK);
                promise(d, b->name, ask.length > 0 && ask.length <= ASK_MAX && ask.whole);
                promise(d, b->name, d->speech->heard(bytes, ask.length) == (int)ask.length);
                promise(d, b->name, d->speech->heard(bytes, ask.length - 1) <= 0);
                int rc = device_block(s.device, b, device_collect, &r);
                /* Questions in words may be unknown to a model, and it says so. */
                promise(d, b->name,
                        rc == OK || (b->text && (rc == ERR_REFUSED || rc == ERR_ABSENT)));
                promise_possible(d, &r);
            }
        for
            EACH_ROW(r, d)
            {
                struct block b;
                promise(d, r->native, device_block_for(s.device, r, &b));
            }
        stage_end(&s);
        }
}

/* A model with holes is learned once: afterwards nothing is asked that it does not have. */
static void holes_are_learned(void **state)
{
    (void)state;
    for
        EACH_DRIVER(at)
    for (const char *const *model = (*at)->twin_models; *model; model++) {
        const struct driver *d = *at;
        char options[80];
        struct stage s;
        struct reading first, r;
        snprintf(options, sizeof options, "model=%s", *model);
        stage_begin(&s, d, options);
        const uint64_t *refused = &s.bus->counts.failed[error_index(ERR_REFUSED)];
        promise(d, *model, !strcmp(s.twin->model, *model));
        promise(d, *model, plain_round(&s, 0, &first) == OK);
        /* One refusal may be a mishap: two are believed. */
        promise(d, *model, device_round(s.device, LIVE_ONLY, 0, &first) == OK);
        uint64_t before = *refused;
        promise(d, *model, device_round(s.device, LIVE_ONLY, 0, &r) == OK);
        promise(d, *model, *refused == before);
        promise(d, *model, r.count == first.count && (r.count > 0 || !has_numbers(d)));
        for (unsigned i = 0; i < BLOCKS_MAX; i++)
            promise(d, *model, device_round(s.device, WITH_SLOW, 0, &r) == OK);
        before = *refused;
        for (unsigned i = 0; i < BLOCKS_MAX; i++)
            promise(d, *model, device_round(s.device, WITH_SLOW, 0, &r) == OK);
        promise(d, *model, *refused == before);
        print_message("%s %s: %u metrics live, %llu refusals to learn from\n", d->name, *model,
                      first.count, (unsigned long long)before);
        stage_end(&s);
    }
}

/* On a noisy wire nothing is learned that is not so: as many numbers afterwards as before. */
static void noise_makes_no_holes(void **state)
{
    (void)state;
    for
        EACH_DRIVER(at)
        {
            struct stage s;
            struct reading first, r;
            const uint64_t *retried;
            stage_begin(&s, *at, "");
            retried = &s.house.buses[0].counts.retried;
            promise(*at, "round", plain_round(&s, 0, &first) == OK);
            s.house.casts[0]->moods.collide = 0.6;
            for (unsigned i = 0; i < 300; i++) {
                clock_sleep_us(70000000);
                (void)(device_round(s.device, LIVE_ONLY, 0, &r) == OK); /* as well as it goes */
            }
            s.house.casts[0]->moods.collide = 0;
            clock_sleep_us(70000000);
            promise(*at, "round", plain_round(&s, 0, &r) == OK);
            promise(*at, "metrics", r.count == first.count);
            promise(*at, "noise", *retried > 100); /* else it was none */
            stage_end(&s);
        }
}

static void strangers_are_short(void **state)
{
    (void)state;
    for
        EACH_DRIVER(at)
        {
            struct chance c = chance_seeded(11);
            for (unsigned i = 0; i < 1000; i++) {
                uint8_t bytes[ANSWER_MAX];
                size_t length = (*at)->speech->stranger(&c, bytes);
                promise(*at, "stranger", length > 0 && length <= 64);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identities),
        cmocka_unit_test(settings_of_their_own),
        cmocka_unit_test(blocks),
        cmocka_unit_test(rows),
        cmocka_unit_test(codes_have_words_in_the_catalogue),
        cmocka_unit_test(commands),
        cmocka_unit_test(a_round),
        cmocka_unit_test(values_come_back),
        cmocka_unit_test(every_block_can_be_asked),
        cmocka_unit_test(holes_are_learned),
        cmocka_unit_test(noise_makes_no_holes),
        cmocka_unit_test(strangers_are_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

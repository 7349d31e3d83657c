/* Which questions a device on MATEnet is asked, and when. */
#include "tests/contract/mate_stage.h"

#include <math.h>

/* ---- pieces of a block -------------------------------------------------------------------- */

static void pages_and_registers_one_by_one(void **state)
{
    const struct block *dc = driver_mate_dc.blocks, *mx = driver_mate_mx.blocks;
    struct block piece;
    unsigned n;

    (void)state;
    for (n = 0; mate_speech.piece(mate_dc_rows, &dc[0], n, &piece); n++) {
        assert_int_equal(mate_page_of(piece.start), 0x0a + n);
        assert_int_equal(piece.count, MATE_PAGE);
    }
    assert_int_equal(n, 3);
    for (n = 0; mate_speech.piece(mate_dc_rows, &dc[1], n, &piece); n++)
        assert_int_equal(mate_page_of(piece.start), 0x0d + n);
    assert_int_equal(n, 3);
    for (const struct block *b = mx; b->name; b++) {
        unsigned before = 0, named = 0;
        if (b->function != MATE_READ)
            continue;
        for (const struct row *row = mate_mx_rows; row->native; row++)
            named += row->in == MATE_READ && row->at >= b->start && row->at < b->start + b->count &&
                     (row == mate_mx_rows || row[-1].at != row->at); /* bits of one register */
        for (n = 0; mate_speech.piece(mate_mx_rows, b, n, &piece); n++) {
            assert_int_equal(piece.count, 1);
            assert_true(n == 0 || piece.start > before);
            assert_in_range(piece.start, b->start, b->start + b->count - 1u);
            before = piece.start;
        }
        assert_int_equal(n, named); /* nobody asks for what has no name */
        assert_true(n > 0);
    }
}

/* ---- every number of every twin, through the wire ----------------------------------------- */

struct held {
    const struct twin *twin;
    unsigned count, wrong;
};

static void hold(void *to, const struct field *f)
{
    struct held *h = to;
    double meant = 0;
    const struct row *row = f->row;

    if (!row || row->metric == M_NONE || row->words ||
        !reading_get(&h->twin->state, row->metric, &meant))
        return;
    double steps = row->per * (row->scale > 0 ? row->scale : 1);
    double value = f->value / (row->scale > 0 ? row->scale : 1);
    h->count++;
    if (fabs(value - meant) <= 0.5000001 / fabs(steps) + 1e-9)
        return;
    h->wrong++;
    print_error("%s is %g, not %g\n", row->native, value, meant);
}

static void twins_mean_what_they_say(void **state)
{
    static const char *const twins[] = {"mate_mx@sim:,model=fm80",   "mate_mx@sim:,model=mx60",
                                        "mate_mx@sim:,model=old",    "mate_fx@sim:,model=vfx",
                                        "mate_fx@sim:,model=vfx230", "mate_dc@sim:,model=flexnet"};

    (void)state;
    for (size_t i = 0; i < sizeof twins / sizeof *twins; i++) {
        char words[120];
        struct stage s;
        snprintf(words, sizeof words, "%s,at=12:00,time_scale=0", twins[i]);
        stage_begin(&s, words, NULL);
        struct held h = {.twin = &s.house.casts[0]->twins[0]};
        for (const struct block *b = s.hub->driver->blocks; b->name; b++)
            assert_int_equal(device_block(s.hub, b, hold, &h), OK);
        print_message("%s: %u numbers\n", twins[i], h.count);
        assert_int_equal(h.wrong, 0);
        assert_true(h.count >= 8);
        stage_end(&s);
    }
}

/* ---- pages of a FLEXnet ---------------------------------------------------------------------- */

static unsigned totals_in(struct stage *s, int64_t seconds)
{
    struct reading r;
    unsigned before = s->pages[0x0d], with = 0;
    int64_t end = clock_us() + seconds * S_US;

    while (clock_us() < end) {
        assert_int_equal(device_round(s->hub, LIVE_ONLY, 0, &r), OK);
        assert_true(reading_has(&r, M_BATTERY_SOC));
        assert_true(reading_has(&r, M_DC_OUT_POWER)); /* the one across two pages */
        with += reading_has(&r, M_BATTERY_SOC_LOW_TODAY);
        clock_sleep_us(S_US);
    }
    /* What was never heard before is heard twice. */
    assert_in_range(s->pages[0x0d] - before, with, with + (before == 0));
    assert_int_equal(s->pages[0x0d], s->pages[0x0e]);
    assert_int_equal(s->pages[0x0d], s->pages[0x0f]);
    return with;
}

static void totals_when_there_is_news(void **state)
{
    struct stage s;

    (void)state;
    stage_begin(&s, "mate_dc@sim:,at=12:00,time_scale=0", NULL);
    assert_int_equal(totals_in(&s, 10), 1);     /* at first */
    assert_in_range(totals_in(&s, 300), 9, 10); /* now and then */
    s.has_news = true;
    assert_in_range(totals_in(&s, 20), 15, 20); /* in each round that says so */
    s.has_news = false;
    assert_in_range(totals_in(&s, 300), 9, 10);
    stage_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_and_registers_one_by_one),
        cmocka_unit_test(twins_mean_what_they_say),
        cmocka_unit_test(totals_when_there_is_news),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

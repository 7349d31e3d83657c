/* Telling an Axpert: every setting written and read back, and what is never sent. */
#include "tests/unit/collector/axpert_stage.h"

#include "collector/run/telling.h"
#include "drivers/axpert/orders.h"

#include <math.h>
#include <stdlib.h>

static const struct {
    const char *word;
    unsigned kind;
} kinds[] = {{"classic", KIND_CLASSIC}, {"plus", KIND_PLUS},     {"max", KIND_MAX},
             {"max24", KIND_MAX24},     {"lv6548", KIND_LV6548}, {"gk", KIND_GK},
             {"pi41", KIND_PI41},       {"revo", KIND_REVO}};
enum { KIND_COUNT = sizeof kinds / sizeof *kinds, ORDERS = 4 };

/* A unit with every word there is, of this kind on both sides of the wire. */
static void begin_as(struct stage *s, unsigned at, const char *options)
{
    char words[40];

    stage_begin(s, options);
    snprintf(words, sizeof words, "kind=%s", kinds[at].word);
    stage_set(s, words);
    s->twin->kind = kinds[at].kind;
}

static int tell(struct stage *s, const char *words, bool is_dry, struct told *told)
{
    struct order orders[ORDERS];
    char copy[200], *each[ORDERS];
    int count = 0;

    snprintf(copy, sizeof copy, "%s", words);
    for (char *rest = copy, *word; (word = strsep(&rest, " ")) != NULL;)
        each[count++] = word;
    *told = (struct told){.is_dry = is_dry};
    int rc = orders_read(s->device->driver, each, count, orders, told);
    return rc ? rc : s->device->driver->tell(s->device, orders, (size_t)count, told);
}

/* Whatever is no question: what a unit might act upon. */
static unsigned sent(const struct stage *s)
{
    unsigned count = 0;

    for (unsigned i = 0; i < s->asked && i < 64; i++)
        count += s->heard[i][0] != 'Q';
    return count;
}

static const char *last_sent(const struct stage *s)
{
    for (unsigned i = s->asked < 64 ? s->asked : 64; i-- > 0;)
        if (s->heard[i][0] != 'Q')
            return s->heard[i];
    return "";
}

/* ---- every row ------------------------------------------------------------------------------ */

static const char *name_of(const struct command *c)
{
    return c->metric != M_NONE ? catalogue[c->metric].name : c->name;
}

static double shown_now(struct stage *s, const struct axpert_order *a)
{
    struct reading r = {0};
    double value = -1;

    if (a->read_back != AXPERT_BLOCKS)
        assert_int_equal(device_block(s->device, axpert_block(a->read_back), device_collect, &r),
                         OK);
    (void)reading_get(&r, a->shown, &value);
    return value;
}

/* A value that may be told and is not set already; false: none. */
static bool find_value(struct stage *s, const struct command *c, char *words, size_t size,
                       double *value)
{
    static const char *const texts[] = {"now", "yes", "1:03"};
    const struct axpert_order *a = axpert_order_of(c);
    double before = shown_now(s, a);
    struct told told;

    for (size_t i = 0; c->metric == M_NONE && i < 3; i++) {
        snprintf(words, size, "%s=%s", name_of(c), texts[i]);
        if (tell(s, words, true, &told) == OK)
            return true;
    }
    for (*value = a->least; c->metric != M_NONE && *value <= a->most; *value += 1) {
        snprintf(words, size, "%s=%g", name_of(c), *value);
        if (fabs(*value - before) > 0.5 && tell(s, words, true, &told) == OK)
            return true;
    }
    return false;
}

static void tell_one(struct stage *s, const struct command *c, bool is_there, unsigned *done)
{
    const struct axpert_order *a = axpert_order_of(c);
    char words[80];
    struct told told;
    double value = 0;

    bool has = find_value(s, c, words, sizeof words, &value);
    assert_int_equal(sent(s), 0); /* a dry run is dry */
    if (has != is_there)
        fail_msg("%s: %s", name_of(c), has ? "was taken" : "has no value that is taken");
    s->asked = 0;
    if (!has)
        return;
    int rc = tell(s, words, false, &told);
    if (rc || sent(s) != 1 ||
        strncmp(last_sent(s) + (a->form == FLAG ? 2 : 0), a->prefix, strlen(a->prefix)) != 0)
        fail_msg("%s: %s (%s), %u sent, the last one %s", words, error_word(rc), told.why, sent(s),
                 last_sent(s));
    if (a->read_back == AXPERT_BLOCKS)
        assert_non_null(strstr(told.why, "cannot be read back"));
    else
        assert_true(fabs(shown_now(s, a) - value) < 0.051);
    s->asked = 0;
    (*done)++;
}

static void every_row_of_every_kind(void **state)
{
    (void)state;
    for (unsigned k = 0; k < KIND_COUNT; k++) {
        unsigned done = 0, absent = 0;
        for (const struct command *c = axpert_commands; c->name || c->metric != M_NONE; c++) {
            struct stage s;
            const struct axpert_order *a = axpert_order_of(c);
            bool is_there = !a->kinds || a->kinds & kinds[k].kind;
            begin_as(&s, k, kinds[k].kind == KIND_PLUS ? "model=plus" : "model=max");
            tell_one(&s, c, is_there, &done);
            absent += !is_there;
            stage_end(&s);
        }
        print_message("%-8s %u settings told and read back, %u it does not have\n", kinds[k].word,
                      done, absent);
        assert_true(done > 25);
    }
}

/* ---- what is refused, and why -----------------------------------------------------------------
 */

static const struct {
    const char *options;
    unsigned kind; /* place in kinds */
    const char *words, *why;
} refusals[] = {
    {"model=mks", 0, "absorb_voltage=58.5", "outside 48 to 58.4"},
    {"model=mks", 0, "float_voltage=47.9", "outside"},
    {"model=mks,battery=24", 0, "absorb_voltage=29.3", "outside 24 to 29.2"},
    {"model=mks,battery=12", 0, "absorb_voltage=14.7", "outside 12 to 14.6"},
    {"model=mks,battery=12", 0, "absorb_voltage=54", "outside 12 to 14.6"},
    {"model=mks", 0, "absorb_voltage=60", "outside"},
    {"model=mks", 0, "recharge_voltage=46.5", "steps of 1 V"},
    {"model=mks,battery=24", 0, "recharge_voltage=23.3", "steps of 0.5 V"},
    {"model=mks,battery=12", 0, "recharge_voltage=11.6", "steps of 0.25 V"},
    {"model=mks", 0, "redischarge_voltage=47", "or 0: when full"},
    {"model=mks", 0, "redischarge_voltage=54.5", "steps"},
    {"model=mks", 0, "charge_current_limit=25", "offers only 10 20 30"},
    {"model=mks", 0, "grid_charge_current_limit=1", "offers only 2 10"},
    {"model=parallel", 0, "charge_current_limit=30", "which digit"},
    {"model=mks", 0, "output_frequency_setting=55", "no 55"},
    {"model=mks", 0, "output_frequency_setting=61", "outside 50 to 60"},
    {"model=max", 2, "output_voltage_setting=200", "no 200"},
    {"model=max", 2, "absorb_time=7", "steps of 5"},
    {"model=max", 1, "absorb_time=30", "10 20 40"},
    {"model=max", 2, "absorb_time=905", "outside"},
    {"model=max", 2, "charger_priority=0", "does not take"},
    {"model=mks", 0, "battery_type=pylontech", "does not take"},
    {"model=mks", 0, "output_mode=6", "does not take"},
    {"model=max", 2, "discharge_current_limit=20", "outside 30 to 150"},
    {"model=mks", 0, "discharge_current_limit=50", "no such setting"},
    {"model=mks", 0, "grid_feeding_enabled=on", "no such setting"},
    {"model=mks", 0, "float_voltage=57", "must not be above absorb_voltage"},
    {"model=mks", 0, "absorb_voltage=53", "must not be above absorb_voltage"},
    {"model=mks", 0, "absorb_voltage=55 float_voltage=55.5", "must not be above"},
    {"model=mks", 0, "low_voltage_disconnect=47", "must not be above recharge_voltage"},
    {"model=mks", 0, "redischarge_voltage=48 recharge_voltage=49", "must not be above"},
    {"model=mks", 0, "output_priority=1.5", "whole"},
    {"model=max", 2, "absorb_time=60.5", "whole"},
    {"model=mks", 0, "charge_current_limit=30.4", ""},
    {"model=mks", 0, "buzzer_enabled=0.5", "whole"},
    {"model=mks", 0, "output_priority=9", "outside"},
    {"model=mks", 0, "output_priority=many", "neither a number"},
    {"model=mks", 0, "unit_charger_priority=1:07", "UNIT:CODE"},
    {"model=mks", 0, "unit_charger_priority=103", "UNIT:CODE"},
    {"model=max", 2, "clear_energy=no", "clear_energy=yes"},
    {"model=max", 2, "clock=yesterday", "no time"},
    {"model=mks", 0, "no_such_thing=1", "cannot be set"},
    {"model=mks", 0, "float_voltage=54.2 output_priority=9", "outside"}, /* then none is sent */
};

static void refusals_send_nothing(void **state)
{
    unsigned wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct stage s;
        struct told told;
        begin_as(&s, refusals[i].kind, refusals[i].options);
        int rc = tell(&s, refusals[i].words, false, &told);
        bool is_well = rc == ERR_USAGE && !sent(&s) && strstr(told.why, refusals[i].why);
        if (!is_well)
            print_error("%s, %s: %s (%s), %u sent\n", refusals[i].options, refusals[i].words,
                        error_word(rc), told.why, sent(&s));
        wrong += !is_well;
        stage_end(&s);
    }
    assert_int_equal(wrong, 0);
}

/* Three digits of which the first may be a unit's number. */
static void amperes_that_read_in_two_ways(void **state)
{
    static const struct {
        unsigned kind;
        const char *words, *sent; /* NULL: refused */
    } rows[] = {
        {0, "charge_current_limit=80", "MCHGC080"},
        {0, "charge_current_limit=120", NULL},
        {0, "grid_charge_current_limit=120", NULL},
        {6, "charge_current_limit=120", NULL},
        {1, "charge_current_limit=120", "MCHGC120"},
        {1, "grid_charge_current_limit=120", "MUCHGC120"},
        {2, "charge_current_limit=80", "MCHGC080"},
        {2, "charge_current_limit=120", "MNCHGC0120"},
        {2, "grid_charge_current_limit=120", "MUCHGC120"},
        {5, "charge_current_limit=120", "MNCHGC120"},
        {4, "grid_charge_current_limit=30", "MUCHGC0030"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stage s;
        struct told told;
        begin_as(&s, rows[i].kind, "model=max");
        s.refused = "QMCHGCR QMUCHGCR"; /* it offers no list */
        int rc = tell(&s, rows[i].words, true, &told);
        if (rows[i].sent ? rc || !strstr(told.why, rows[i].sent) : rc != ERR_USAGE)
            fail_msg("%s, %s: %s (%s)", kinds[rows[i].kind].word, rows[i].words, error_word(rc),
                     told.why);
        stage_end(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_every_kind),
        cmocka_unit_test(refusals_send_nothing),
        cmocka_unit_test(amperes_that_read_in_two_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

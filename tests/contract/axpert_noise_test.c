/*
 * An Axpert on a bad wire: bits fall over, bytes are lost and added, answers come late, reports of
 * a bridge are split, padded and merged. What is believed must be what was said.
 */
#include "tests/unit/collector/axpert_stage.h"

#include <math.h>
#include <stdlib.h>

#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
enum { FRAMES_USUAL = 10000000 };
#else
enum { FRAMES_USUAL = 400000 };
#endif
enum { FRAMES_LONG = 10000000, REPORT = 8 };

struct noise_wire {
    struct chance chance;
    size_t length;
    uint8_t bytes[ANSWER_MAX];
};

static void put(struct noise_wire *w, const uint8_t *bytes, size_t length)
{
    if (w->length + length > sizeof w->bytes)
        length = sizeof w->bytes - w->length;
    memcpy(w->bytes + w->length, bytes, length);
    w->length += length;
}

/* ---- what may happen ------------------------------------------------------------------------ */

/* From one fallen bit to the next is a chance of its own: quicker than asking each of them. */
static void flip_bits(struct noise_wire *w, double rate)
{
    double bits = 8.0 * (double)w->length;
    double at = -log(1 - chance_share(&w->chance)) / rate;

    for (; at < bits; at += 1 - log(1 - chance_share(&w->chance)) / rate)
        w->bytes[(size_t)at / 8] ^= (uint8_t)(1 << (size_t)at % 8);
}

static void lose_bytes(struct noise_wire *w)
{
    for (int64_t n = chance_between(&w->chance, 1, 3); n > 0 && w->length > 1; n--) {
        size_t at = chance_next(&w->chance) % w->length;
        for (w->length--; at < w->length; at++)
            w->bytes[at] = w->bytes[at + 1];
    }
}

static void add_bytes(struct noise_wire *w)
{
    for (int64_t n = chance_between(&w->chance, 1, 3); n > 0 && w->length < ANSWER_MAX; n--) {
        size_t at = (size_t)chance_between(&w->chance, 0, (int64_t)w->length);
        memmove(w->bytes + at + 1, w->bytes + at, w->length - at);
        w->bytes[at] = (uint8_t)chance_between(&w->chance, 0, 255);
        w->length++;
    }
}

static void echo_first(struct noise_wire *w, const uint8_t *asked, size_t asked_length)
{
    struct noise_wire copy = *w;

    w->length = 0;
    put(w, asked, asked_length);
    put(w, copy.bytes, copy.length);
}

/* As the bridge hands it over: whole reports with zeros behind, one missing or one too many. */
static void as_reports(struct noise_wire *w, const struct noise_wire *other)
{
    static const uint8_t zeros[REPORT];
    size_t reports = (w->length + REPORT - 1) / REPORT;
    size_t at = (size_t)chance_between(&w->chance, 0, (int64_t)reports - 1) * REPORT;
    struct noise_wire whole = *w;

    whole.length = w->length;
    put(&whole, zeros, reports * REPORT - w->length);
    w->length = 0;
    switch (chance_between(&w->chance, 0, 4)) {
    case 0: /* zeros from before */
        put(w, zeros, REPORT);
        put(w, whole.bytes, whole.length);
        break;
    case 1: /* one is lost */
        put(w, whole.bytes, at);
        put(w, whole.bytes + at + REPORT, whole.length - at - REPORT);
        break;
    case 2: /* one comes twice */
        put(w, whole.bytes, at + REPORT);
        put(w, whole.bytes + at, whole.length - at);
        break;
    case 3: /* one of another answer in between */
        put(w, whole.bytes, at);
        put(w, other->bytes, other->length < REPORT ? other->length : REPORT);
        put(w, whole.bytes + at, whole.length - at);
        break;
    default: /* the first ones of a stale answer, then this one */
        put(w, other->bytes, other->length / REPORT * REPORT);
        put(w, whole.bytes, whole.length);
    }
}

enum noise { BITS, LOST, EXTRA, ECHOED, REPORTS, NOISES };
static const char *const noise_words[] = {"bits", "lost bytes", "extra bytes", "echo", "reports"};

static void disturb(struct noise_wire *w, enum noise noise, double rate, const uint8_t *asked,
                    size_t asked_length, const struct noise_wire *other)
{
    if (noise == LOST)
        lose_bytes(w);
    if (noise == EXTRA)
        add_bytes(w);
    if (noise == ECHOED)
        echo_first(w, asked, asked_length);
    if (noise == REPORTS)
        as_reports(w, other);
    flip_bits(w, noise == BITS ? rate : 1e-4);
}

/* ---- frames alone -----------------------------------------------------------------------------
 */

static const enum axpert_block questions[] = {QPIGS, QMOD, QPIWS, QPIGS2, QPIRI, QED, QFLAG};
enum { QUESTIONS = sizeof questions / sizeof *questions };

struct tally {
    uint64_t frames, right, wrong, sums;
};

static void make_answer(const struct block *b, struct noise_wire *w)
{
    struct answer a;

    stage_say(&a, b->sample);
    w->length = 0;
    put(w, a.bytes, a.length);
}

static void judge_one(struct chance *c, unsigned which, unsigned stale, enum noise noise,
                      double rate, struct tally *t)
{
    const struct block *b = axpert_block(questions[which]);
    uint8_t asked[ASK_MAX];
    struct ask ask = {.bytes = asked};
    struct axpert_frame f;
    struct noise_wire w, other;

    assert_int_equal(axpert_speech.question(1, b, asked, &ask), OK);
    make_answer(b, &w);
    make_answer(axpert_block(questions[stale]), &other);
    w.chance = *c;
    disturb(&w, noise, rate, asked, ask.length, &other);
    *c = w.chance;
    t->frames++;
    int rc = axpert_judge(asked, ask.length, w.bytes, w.length, &f);
    t->sums += rc == ERR_CRC;
    if (rc || f.end != w.length) /* something behind it: two were speaking */
        return;
    bool is_right = f.length == strlen(b->sample) && !memcmp(f.payload, b->sample, f.length);
    t->right += is_right;
    t->wrong += !is_right;
}

/* Of 65536 spoilt answers one has a right sum by chance; of those most are no text. */
static uint64_t wrong_by_theory(uint64_t spoilt)
{
    return spoilt * 8 / 65536;
}

static void frames_with_noise(void **state)
{
    static const double rates[] = {1e-4, 3e-4, 1e-3, 3e-3, 1e-2};
    struct tally by[NOISES] = {0}, all = {0};
    uint64_t frames = getenv("HELIO_LONG") ? FRAMES_LONG : FRAMES_USUAL;
    struct chance c = chance_seeded(17);

    (void)state;
    clock_take(STAGE_NOON_MS);
    for (uint64_t n = 0; n < frames; n++) {
        enum noise noise = (enum noise)(n % NOISES);
        judge_one(&c, (unsigned)(n / NOISES % QUESTIONS),
                  (unsigned)chance_between(&c, 0, QUESTIONS - 1), noise, rates[n / 64 % 5],
                  &by[noise]);
    }
    clock_give_back();
    for (int i = 0; i < NOISES; i++) {
        print_message("%-11s %9llu frames, %6.2f %% believed, %llu wrong, %llu by their sum\n",
                      noise_words[i], (unsigned long long)by[i].frames,
                      100.0 * (double)by[i].right / (double)by[i].frames,
                      (unsigned long long)by[i].wrong, (unsigned long long)by[i].sums);
        all.wrong += by[i].wrong;
        all.sums += by[i].sums;
        assert_true(by[i].right > 0 || i == LOST);
        assert_in_range(by[i].wrong, 0, wrong_by_theory(by[i].sums));
    }
    assert_true(all.sums > frames / 10);
}

/* ---- the whole bus ------------------------------------------------------------------------------
 */

/* The stage, and noise between it and the wire. */
struct noisy {
    struct stage stage;
    struct noise_wire wire;
    double rate;
    bool is_on;
};

static int noisy_answer(void *far, const uint8_t *asked, size_t length, struct far_answer *to)
{
    static const struct noise_wire none = {0};
    struct noisy *n = far;
    int rc = stage_answer(&n->stage, asked, length, to);

    if (rc || !n->is_on)
        return rc;
    n->wire.length = 0;
    put(&n->wire, to->answer.bytes, to->answer.length);
    enum noise noise = chance_hits(&n->wire.chance, 0.9)
                           ? BITS
                           : (enum noise)chance_between(&n->wire.chance, LOST, NOISES - 1);
    disturb(&n->wire, noise, n->rate, asked, length, &none);
    memcpy(to->answer.bytes, n->wire.bytes, n->wire.length);
    to->answer.length = n->wire.length;
    return OK;
}

static double truth[METRIC_COUNT];
static bool has_truth[METRIC_COUNT];

static void learn_the_truth(struct stage *s)
{
    struct reading r;

    memset(has_truth, 0, sizeof has_truth);
    memset(truth, 0, sizeof truth);
    for (unsigned i = 0; i < 2 * AXPERT_BLOCKS; i++) {
        assert_int_equal(stage_round(s, WITH_SLOW, &r), OK);
        for (unsigned k = 0; k < r.count; k++) {
            truth[r.fields[k].metric] = r.fields[k].value;
            has_truth[r.fields[k].metric] = true;
        }
    }
}

/* No frame says whose it is. Another unit's mode, said at the right moment by somebody who has no
 * business on this wire, is a mode: nobody can tell. */
static bool cannot_be_told(unsigned metric, bool has_strangers)
{
    return has_strangers && metric == M_DEVICE_MODE;
}

static uint64_t wrong_numbers(const struct reading *r, bool has_strangers)
{
    uint64_t wrong = 0;

    for (unsigned k = 0; k < r->count; k++) {
        unsigned m = r->fields[k].metric;
        if (cannot_be_told(m, has_strangers))
            continue;
        if (has_truth[m] && r->fields[k].value <= truth[m] && r->fields[k].value >= truth[m])
            continue;
        print_error("%s is %g, not %g%s\n", catalogue[m].name, r->fields[k].value, truth[m],
                    has_truth[m] ? "" : ", and was not there before");
        wrong++;
    }
    return wrong;
}

static void say_counts(const char *what, unsigned rounds, unsigned complete, uint64_t wrong,
                       const struct bus_counts *c)
{
    char classes[300] = "";
    struct text text = text_on(classes, sizeof classes);

    for (int e = 1; e < ERROR_KINDS; e++)
        if (c->failed[e])
            text_format(&text, " %s %llu", error_word(-e), (unsigned long long)c->failed[e]);
    print_message("%-26s %u rounds, %.2f %% complete, %llu wrong; %llu exchanges:%s\n", what,
                  rounds, 100.0 * complete / rounds, (unsigned long long)wrong,
                  (unsigned long long)c->asked, classes);
}

static void suffer(const char *model, const char *moods, double rate, double least_complete)
{
    static struct noisy n;
    char options[160], what[80], why[100];
    unsigned rounds = getenv("HELIO_LONG") ? 20000 : 1000, complete = 0;
    uint64_t wrong = 0;
    struct reading r;

    snprintf(options, sizeof options, "speed=2400,model=%s", model);
    stage_begin(&n.stage, options);
    n.stage.bus->far = noisy_answer;
    n.stage.bus->far_who = &n;
    n.wire.chance = chance_seeded(5);
    n.rate = rate > 0 ? rate : 1e-9;
    n.is_on = false;
    learn_the_truth(&n.stage);
    n.stage.bus->counts = (struct bus_counts){0};
    n.is_on = rate > 0;
    if (*moods)
        assert_int_equal(moods_parse(&n.stage.house.casts[0]->moods, moods, why, sizeof why), OK);
    for (unsigned i = 0; i < rounds; i++) {
        complete += stage_round(&n.stage, WITH_SLOW, &r) == OK;
        wrong += wrong_numbers(&r, n.stage.house.casts[0]->moods.collide > 0);
    }
    if (*moods)
        snprintf(what, sizeof what, "%s, %s", model, moods);
    else
        snprintf(what, sizeof what, "%s, bits %g", model, rate);
    say_counts(what, rounds, complete, wrong, &n.stage.bus->counts);
    stage_end(&n.stage);
    assert_int_equal(wrong, 0);
    assert_true(complete >= least_complete * rounds);
}

static void a_bus_with_noise(void **state)
{
    (void)state;
    suffer("max", "", 1e-4, 0.999);
    suffer("mks", "", 1e-3, 0.9);
    suffer("max", "", 1e-2, 0);
}

static void a_bus_with_moods(void **state)
{
    (void)state;
    suffer("max", "late=0.1", 0, 0.95);
    suffer("mks", "late=0.3", 0, 0.5);
    suffer("pi41", "garbled=0.1", 0, 0.99);
    suffer("max", "cut=0.1", 0, 0.99);
    suffer("plus", "silent=0.1", 0, 0.9);
    suffer("mks", "collide=0.2", 0, 0.9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_with_noise),
        cmocka_unit_test(a_bus_with_noise),
        cmocka_unit_test(a_bus_with_moods),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Any text as an answer in words, and any row that says where something lies in it: decoded, and
 * written again with any number. Six bytes make the row.
 */
#include "drivers/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD = 6, IN = 1, FORMS = CHOICES - WORD + 1 };

static const struct code_word codes[] = {{1, 2, "one"}, {'B', 3, "letter"}, {.text = NULL}};
static const enum metric metrics[] = {M_NONE,          M_BATTERY_VOLTAGE, M_DEVICE_MODE,
                                      M_PV_ENERGY,     M_UNIT_ALARMS,     M_BUZZER_ENABLED,
                                      M_FLOAT_VOLTAGE, M_OUTPUT_POWER};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void take(void *to, const struct field *f)
{
    struct reading *r = to;

    if (!f->name || (!f->row && !f->is_text) || !isfinite(f->value) || (f->is_text && !f->text))
        abort();
    if (f->text && strlen(f->text) >= WORDS_TEXT)
        abort();
    (void)field_to_reading(f, r); /* what cannot be true stays out */
}

static struct row row_of(const uint8_t *head)
{
    return (struct row){.in = IN,
                        .form = (enum wire_form)(WORD + head[0] % FORMS),
                        .at = head[1] % WORDS_MAX,
                        .shift = head[2],
                        .width = head[3] % 32,
                        .of = head[4] & 1 ? head[4] % 8 : 0,
                        .native = "it",
                        .metric = metrics[head[5] % (sizeof metrics / sizeof *metrics)],
                        .per = head[4] & 2 ? 10 : 1,
                        .scale = head[4] & 4 ? 1000 : 0,
                        .words = head[4] & 8 ? codes : NULL};
}

/* The same words, as many and as long: a twin's answer has its sample's shape. */
static void check_shape(const char *sample, size_t length, const char *said)
{
    struct word_list before, after;

    if (words_cut(&before, sample, length) || words_cut(&after, said, strlen(said)))
        abort();
    if (before.count != after.count)
        abort();
    for (unsigned i = 0; i < before.count; i++)
        if (strlen(before.at[i]) != strlen(after.at[i]))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct reading r = {0}, from = {0};
    struct word_list w;
    double value = 0;

    if (length < HEAD + sizeof value)
        return 0;
    const struct row rows[] = {row_of(bytes), {.native = NULL}};
    memcpy(&value, bytes + HEAD, sizeof value);
    size_t rest = length - HEAD - sizeof value;
    char *answer = malloc(rest + 1);
    if (!answer)
        return 0;
    memcpy(answer, bytes + HEAD + sizeof value, rest);
    answer[rest] = '\0';
    if (words_cut(&w, answer, rest) == OK) {
        char said[WORDS_TEXT];
        struct text text = text_on(said, sizeof said);
        words_decode(rows, IN, 1, &w, take, &r);
        if (rows->metric != M_NONE && metric_is_possible(rows->metric, value) &&
            reading_put(&from, rows->metric, value)) {
            words_encode(rows, IN, 1, answer, &from, &text);
            check_shape(answer, rest, said);
        }
    }
    free(answer);
    return 0;
}

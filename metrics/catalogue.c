/* The .def lists as tables, and the few look-ups everybody shares (metrics/catalogue.h). */
#include "metrics/catalogue.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

#define BY_UNIT "*"
#define NO_CLASS NULL

const struct unit_info units[UNIT_COUNT] = {
#define UNIT(tag, symbol, prometheus, to_base, ha_class)                                           \
    [UNIT_##tag] = {symbol, prometheus, to_base, ha_class},
#include "metrics/units.def"
#undef UNIT
};

/* A set of words that is only a state has no set of its own: NO_WORDS stays NO_WORDS. */
#define WORDS_NO_WORDS NO_WORDS

const struct metric_info catalogue[METRIC_COUNT] = {
    [M_NONE] = {.name = ""},
#define METRIC(tag, name, unit, kind, fold, least, most, words, ha_class, help)                    \
    [M_##tag] = {name, UNIT_##unit, kind, fold, least, most, WORDS_##words, ha_class, help},
#include "metrics/metrics.def"
#undef METRIC
};

const char *const fold_names[] = {"none", "sum", "mean", "low", "high", "either"};
const char *const kind_names[] = {"gauge", "counter", "daily",  "net",
                                  "label", "flags",   "switch", "setting"};

static const struct {
    enum words set;
    int code;
    const char *tag, *text;
} all_words[] = {
#define WORDS(set)
#define WORD(set, code, tag, text) {WORDS_##set, code, #tag, text},
#include "metrics/labels.def"
#undef WORD
#undef WORDS
};
static const size_t word_count = sizeof all_words / sizeof *all_words;

enum metric metric_find(const char *name)
{
    for (int m = M_NONE + 1; m < METRIC_COUNT; m++)
        if (!strcmp(catalogue[m].name, name))
            return (enum metric)m;
    return M_NONE;
}

const char *words_text(enum words set, int code)
{
    for (size_t i = 0; i < word_count; i++)
        if (all_words[i].set == set && all_words[i].code == code)
            return all_words[i].text;
    return NULL;
}

int words_find(enum words set, const char *text)
{
    for (size_t i = 0; i < word_count; i++)
        if (all_words[i].set == set && text_is(all_words[i].text, text))
            return all_words[i].code;
    for (size_t i = 0; i < word_count; i++) /* "sbu" for "solar, battery, utility" */
        if (all_words[i].set == set && text_is(all_words[i].tag, text))
            return all_words[i].code;
    return -1;
}

bool metric_is_possible(enum metric m, double value)
{
    return isfinite(value) && value >= catalogue[m].least && value <= catalogue[m].most;
}

static void say_flags(enum words set, uint64_t bits, struct text *to)
{
    for (int bit = 0; bit < 52 && bits >> bit; bit++) {
        if (!(bits >> bit & 1))
            continue;
        const char *text = words_text(set, bit);
        text_add(to, to->used ? ", " : "");
        if (text)
            text_add(to, text);
        else
            text_format(to, "bit %d", bit);
    }
    if (!bits)
        text_add(to, "none");
}

void metric_say(enum metric m, double value, char *to, size_t size)
{
    const struct metric_info *info = &catalogue[m];
    struct text text = text_on(to, size);
    const char *word = info->kind == LABEL ? words_text(info->words, (int)value) : NULL;

    if (info->kind == FLAGS)
        say_flags(info->words, (uint64_t)value, &text);
    else if (info->kind == SWITCH)
        text_add(&text, value != 0 ? "on" : "off");
    else if (word)
        text_add(&text, word);
    else {
        text_number(&text, value);
        if (*units[info->unit].symbol)
            text_format(&text, " %s", units[info->unit].symbol);
    }
}

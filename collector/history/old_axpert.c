/* Lines and words to readings (collector/history/old_axpert.h). */
#include "collector/history/old_axpert.h"

#include "base/clock.h"
#include "base/text.h"
#include "store/days.h"

#include <string.h>

const struct old_class_info old_classes[OLD_CLASS_COUNT] = {
#define X(tag, is_reading, text) {is_reading, text},
    OLD_CLASSES(X)
#undef X
};

static const char header[] = "Maak nog korrekte opskrifte hier";

enum { CURRENT = 12, CHARGER_VOLTAGE = 14, STATUS = 16, POWER = 19, STAGE = 20 };

// clang-format off
/* Every word of the answer: the metric it is, and its forms (0 is a digit). */
static const struct {
    enum metric metric;
    const char *form, *other;
} words_of[OLD_WORDS] = {
    {M_GRID_VOLTAGE,              "000.0",    NULL},
    {M_GRID_FREQUENCY,            "00.0",     NULL},
    {M_OUTPUT_VOLTAGE,            "000.0",    NULL},
    {M_OUTPUT_FREQUENCY,          "00.0",     NULL},
    {M_OUTPUT_APPARENT_POWER,     "0000",     "00000"}, /* 10 kW and more */
    {M_OUTPUT_POWER,              "0000",     "00000"},
    {M_LOAD_PERCENTAGE,           "000",      NULL},
    {M_BUS_VOLTAGE,               "000",      NULL},
    {M_BATTERY_VOLTAGE,           "00.00",    NULL},
    {M_BATTERY_CHARGE_CURRENT,    "000",      "00"}, /* the first firmware */
    {M_BATTERY_SOC,               "000",      NULL},
    {M_HEATSINK_TEMPERATURE,      "0000",     NULL},
    {M_NONE,                      "0000",     "00.0"}, /* into the battery, or at the panels */
    {M_PV_VOLTAGE,                "000.0",    NULL},
    {M_BATTERY_VOLTAGE_CHARGER,   "00.00",    NULL},
    {M_BATTERY_DISCHARGE_CURRENT, "00000",    NULL},
    {M_NONE,                      "00000000", NULL}, /* status: b7 first */
    {M_NONE,                      "00",       NULL}, /* when the fans start */
    {M_NONE,                      "00",       NULL}, /* EEPROM version */
    {M_PV_POWER,                  "00000",    NULL},
    {M_NONE,                      "000",      NULL}, /* status: b10 b9 b8 */
};

static const struct {
    unsigned place; /* in the status word */
    enum metric metric;
} bits_of[] = {
    {3, M_OUTPUT_ON},      /* b4 */
    {6, M_SOLAR_CHARGING}, /* b1 */
    {7, M_GRID_CHARGING},  /* b0 */
};
// clang-format on

const enum metric old_metrics[] = {
    M_GRID_VOLTAGE,
    M_GRID_FREQUENCY,
    M_OUTPUT_VOLTAGE,
    M_OUTPUT_FREQUENCY,
    M_OUTPUT_APPARENT_POWER,
    M_OUTPUT_POWER,
    M_LOAD_PERCENTAGE,
    M_BUS_VOLTAGE,
    M_BATTERY_VOLTAGE,
    M_BATTERY_CHARGE_CURRENT,
    M_BATTERY_SOC,
    M_HEATSINK_TEMPERATURE,
    M_PV_CURRENT,
    M_CHARGER_CURRENT,
    M_PV_VOLTAGE,
    M_BATTERY_VOLTAGE_CHARGER,
    M_BATTERY_DISCHARGE_CURRENT,
    M_OUTPUT_ON,
    M_SOLAR_CHARGING,
    M_GRID_CHARGING,
    M_CHARGE_STAGE,
    M_PV_POWER,
    M_BATTERY_CURRENT,
    M_BATTERY_POWER,
    M_DEVICE_MODE,
    M_NONE,
};

/* ---- words to metrics -------------------------------------------------------------------- */

static void put(struct old_log *log, struct reading *to, enum metric m, const char *word)
{
    double value;

    if (!word || !*word || !strcmp(word, "None") || !strcmp(word, "NA"))
        return;
    if (!number_read(word, &value) || !metric_is_possible(m, value))
        log->left_out[m]++;
    else
        (void)reading_put(to, m, value); /* there is room: few words */
}

static void put_status(const char *status, struct reading *to)
{
    if (!status || strlen(status) != 8 || strspn(status, "01") != 8)
        return;
    for (size_t i = 0; i < sizeof bits_of / sizeof *bits_of; i++)
        (void)reading_put(to, bits_of[i].metric, status[bits_of[i].place] - '0'); /* as above */
}

/* b10 b9 b8; only the first says something a reading has a word for, and only when it is set. */
static void put_stage(const char *status, struct reading *to)
{
    if (status && strlen(status) == 3 && *status == '1')
        (void)reading_put(to, M_CHARGE_STAGE, CHARGE_STAGE_FLOAT); /* there is room */
}

static void derive(struct reading *to, bool has_power)
{
    double charge, discharge, volts, amperes;

    if (!has_power && reading_get(to, M_BATTERY_VOLTAGE_CHARGER, &volts) &&
        reading_get(to, M_CHARGER_CURRENT, &amperes))
        (void)reading_put(to, M_PV_POWER, volts * amperes); /* there is room */
    if (!reading_get(to, M_BATTERY_CHARGE_CURRENT, &charge) ||
        !reading_get(to, M_BATTERY_DISCHARGE_CURRENT, &discharge))
        return;
    (void)reading_put(to, M_BATTERY_CURRENT, charge - discharge); /* there is room */
    if (reading_get(to, M_BATTERY_VOLTAGE, &volts))
        (void)reading_put(to, M_BATTERY_POWER, volts * (charge - discharge)); /* there is room */
}

void old_words(struct old_log *log, const char *const *words, unsigned count, struct reading *to)
{
    const char *current = count > CURRENT ? words[CURRENT] : NULL;

    for (unsigned i = 0; i < count && i < OLD_WORDS; i++)
        if (words_of[i].metric != M_NONE)
            put(log, to, words_of[i].metric, words[i]);
    put(log, to, current && strchr(current, '.') ? M_PV_CURRENT : M_CHARGER_CURRENT, current);
    put_status(count > STATUS ? words[STATUS] : NULL, to);
    put_stage(count > STAGE ? words[STAGE] : NULL, to);
    derive(to, count > POWER && words[POWER]);
}

/* ---- lines to words ---------------------------------------------------------------------- */

static bool has_form(const char *word, unsigned place)
{
    if (place >= OLD_WORDS)
        return strspn(word, "0123456789.") == strlen(word);
    if (place == STATUS || place == STAGE)
        return strspn(word, "01") == strlen(words_of[place].form) && !word[strspn(word, "01")];
    return text_fits(word, words_of[place].form) ||
           (words_of[place].other && text_fits(word, words_of[place].other));
}

/* How many words, or 0 when it is not a whole answer. */
static unsigned split(const struct old_log *log, char *answer, const char **words)
{
    unsigned count = 0;

    for (char *rest = answer, *word; (word = strsep(&rest, " "));) {
        if (count == OLD_WORDS_MOST || !has_form(word, count))
            return 0;
        words[count++] = word;
    }
    if (count != OLD_WORDS_LEAST && count < OLD_WORDS)
        return 0;
    return count < log->longest ? 0 : count;
}

static bool is_all_zero(const char *const *words, unsigned count)
{
    for (unsigned i = 0; i < count && i < OLD_WORDS; i++)
        if (words_of[i].metric != M_NONE && strspn(words[i], "0.") != strlen(words[i]))
            return false;
    return true;
}

static bool has_control_bytes(const char *line, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)line[i] < ' ' || (unsigned char)line[i] > '~')
            return true;
    return false;
}

static enum old_class take_answer(struct old_log *log, char *answer, struct reading *to)
{
    const char *words[OLD_WORDS_MOST];
    char *last = strrchr(answer, '(');
    bool is_joined = last && last != answer;

    if (last)
        answer = last + 1;
    answer = text_trim(answer);
    if (!*answer && !is_joined)
        return OLD_EMPTY;
    if (!strncmp(answer, "NAK", 3) && !is_joined)
        return OLD_NAK;
    unsigned count = split(log, answer, words);
    if (!count)
        return is_joined ? OLD_JOINED : OLD_CUT;
    if (is_all_zero(words, count))
        return OLD_ZERO;
    log->longest = count;
    old_words(log, words, count, to);
    return is_joined ? OLD_RESYNCED : OLD_TAKEN;
}

static enum old_class take(struct old_log *log, char *line, size_t length, struct reading *to)
{
    while (length && strchr("\r\n", line[length - 1]) && line[length - 1])
        line[--length] = '\0';
    if (strspn(line, " \t") == length)
        return OLD_EMPTY;
    if (has_control_bytes(line, length))
        return OLD_CONTROL;
    if (!strcmp(line, header))
        return OLD_HEADER;
    char *answer = strchr(line, ',');
    if (!answer)
        return OLD_NO_TIME;
    *answer++ = '\0';
    if (!when_site(line, log->last_ms, &to->round_ms) || !clock_is_possible(to->round_ms))
        return OLD_NO_TIME;
    log->last_ms = to->round_ms;
    return take_answer(log, answer, to);
}

enum old_class old_line(struct old_log *log, char *line, size_t length, struct reading *to)
{
    *to = (struct reading){0};
    enum old_class class = take(log, line, length, to);

    log->lines[class]++;
    return class;
}

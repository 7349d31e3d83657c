/*
 * What may be set, and how: checked against the system's voltage, written once, read back.
 *
 * The twelve voltages are accepted only together and only for battery type "user", so a change
 * of one reads all fifteen battery registers, lays the change over them, checks that the ladder
 * still stands, and writes the whole block. Settings live in flash: they are for people, not for
 * programs that write every minute.
 *
 * Never offered: coil 13 (factory reset) and 14 (clears the energy counters).
 */
#include "drivers/tracer/tracer.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

// clang-format off
#define FOR_12V(m, l, h)  { .name = NULL, .metric = M_##m, .least = l, .most = h, .by_voltage = true }
#define PLAIN(m, l, h)    { .name = NULL, .metric = M_##m, .least = l, .most = h }
#define NAMED(n, t)       { .name = n, .metric = M_NONE, .help = t }
#define END               { .name = NULL, .metric = M_NONE }
const struct command tracer_commands[] = {
    /*      metric                     least most: for 12 V; 24 V doubles them, and so on */
    PLAIN  (BATTERY_TYPE,              0,    12),
    PLAIN  (BATTERY_CAPACITY,          1,    9999),
    PLAIN  (TEMPERATURE_COMPENSATION,  0,    9),
    FOR_12V(OVER_VOLTAGE_DISCONNECT,   9,    17),
    FOR_12V(CHARGE_LIMIT_VOLTAGE,      9,    17),
    FOR_12V(OVER_VOLTAGE_RECONNECT,    9,    17),
    FOR_12V(EQUALIZE_VOLTAGE,          9,    17),
    FOR_12V(ABSORB_VOLTAGE,            9,    17),
    FOR_12V(FLOAT_VOLTAGE,             9,    17),
    FOR_12V(ABSORB_RECONNECT_VOLTAGE,  9,    17),
    FOR_12V(LOW_VOLTAGE_RECONNECT,     9,    17),
    FOR_12V(UNDER_VOLTAGE_RECOVER,     9,    17),
    FOR_12V(UNDER_VOLTAGE_WARNING,     9,    17),
    FOR_12V(LOW_VOLTAGE_DISCONNECT,    9,    17),
    FOR_12V(DISCHARGE_LIMIT_VOLTAGE,   9,    17),
    PLAIN  (EQUALIZE_CYCLE,            0,    365),
    PLAIN  (EQUALIZE_TIME,             0,    180),
    PLAIN  (ABSORB_TIME,               10,   180),
    PLAIN  (LOAD_MODE,                 0,    3),
    PLAIN  (LOAD_MANUAL,               0,    1),
    PLAIN  (LOAD_MANUAL_MODE,          0,    1),
    PLAIN  (LOAD_DEFAULT_ON,           0,    1),
    PLAIN  (LOAD_FORCED,               0,    1),
    PLAIN  (CHARGING_ENABLED,          0,    1),
    NAMED  ("clock", "The controller's clock: now, or 2026-05-02T11:24:05 (its day counters end at its own midnight)"),
    END,
};

/* The ladder of voltages: each left one must be above its right one. */
static const struct { uint16_t higher, lower; bool may_equal; } ladder[] = {
    { 0x9003, 0x9004, false }, /* over-voltage disconnect > charge limit */
    { 0x9004, 0x9006, true  }, /* charge limit >= equalize */
    { 0x9006, 0x9007, true  }, /* equalize >= boost */
    { 0x9007, 0x9008, true  }, /* boost >= float */
    { 0x9008, 0x9009, false }, /* float > boost reconnect */
    { 0x9003, 0x9005, false }, /* over-voltage disconnect > its reconnect */
    { 0x900b, 0x900c, false }, /* under-voltage recover > warning */
    { 0x900c, 0x900d, false }, /* warning > low disconnect */
    { 0x900d, 0x900e, true  }, /* low disconnect >= discharge limit */
    { 0x900a, 0x900d, false }, /* low reconnect > low disconnect */
};
// clang-format on

static const struct row *row_of(const struct order *o)
{
    for (const struct row *row = tracer_rows; row->native; row++)
        if (o->command->metric != M_NONE && row->metric == o->command->metric)
            return row;
    return rows_find(tracer_rows, "clock");
}

static const char *native_at(uint16_t at)
{
    for (const struct row *row = tracer_rows; row->native; row++)
        if (row->in == READ_HOLDING && row->at == at)
            return row->metric != M_NONE ? catalogue[row->metric].name : row->native;
    return "?";
}

static bool is_voltage(const struct row *row)
{
    return row->in == READ_HOLDING && row->at >= 0x9003 && row->at <= 0x900e;
}

static uint16_t raw_of(const struct row *row, double value)
{
    for (const struct code_word *w = row->words; w && w->text; w++)
        if (w->means == (int)value)
            return (uint16_t)w->code;
    return (uint16_t)llround(value * row->per);
}

#define SAY(...) snprintf(told->why, sizeof told->why, __VA_ARGS__)

/* ---- the battery block ------------------------------------------------------------------- */

static int check_ladder(const uint16_t *words, struct told *told)
{
    for (size_t i = 0; i < sizeof ladder / sizeof *ladder; i++) {
        uint16_t high = words[ladder[i].higher - REG_BATTERY],
                 low = words[ladder[i].lower - REG_BATTERY];
        if (high > low || (ladder[i].may_equal && high == low))
            continue;
        SAY("%s (%.2f V) must be above %s (%.2f V)", native_at(ladder[i].higher), high / 100.0,
            native_at(ladder[i].lower), low / 100.0);
        return ERR_USAGE;
    }
    return OK;
}

static int check_ranges(const struct order *orders, size_t count, double system_v,
                        struct told *told)
{
    for (size_t i = 0; i < count; i++) {
        const struct command *c = orders[i].command;
        double by = c->by_voltage ? system_v / 12 : 1;
        if (c->metric == M_NONE ||
            (orders[i].value >= c->least * by && orders[i].value <= c->most * by))
            continue;
        SAY("%s = %s is outside %g to %g for this %g V system", catalogue[c->metric].name,
            orders[i].text, c->least * by, c->most * by, system_v);
        return ERR_USAGE;
    }
    return OK;
}

/* Voltages are taken only for type "user", and only when the rated voltage is not "auto". */
static int check_type(struct device *d, const uint16_t *words, struct told *told)
{
    uint16_t code = 0;
    int rc;

    if (words[0] != 0) {
        SAY("voltages can be set only for battery type user; add battery_type=user");
        return ERR_USAGE;
    }
    rc = modbus_read(d, READ_HOLDING, REG_RATED_CODE, 1, &code);
    if (rc == OK && code == 0) {
        SAY("the rated voltage is set to auto: the controller refuses type user until it is "
            "fixed (by its display or the maker's program)");
        return ERR_REFUSED;
    }
    return rc == ERR_REFUSED ? OK : rc; /* older models have no such register */
}

/* The same, by what it said: alone, a voltage can only be refused. */
bool tracer_is_vain(const struct command *c, said_fn *said, void *who)
{
    double type = 0;

    return c->by_voltage && said(who, M_BATTERY_TYPE, &type) && (int)type != BATTERY_TYPE_USER;
}

static void say_write(const char *what, uint16_t start, const uint16_t *words, unsigned count,
                      struct told *told)
{
    struct text text = text_on(told->why, sizeof told->why);

    text_format(&text, "%s %04X:", what, start);
    for (unsigned i = 0; i < count; i++)
        text_format(&text, " %04X", words[i]);
}

/* Writes, reads back, and believes only what it reads. */
static int write_and_check(struct device *d, uint16_t start, const uint16_t *words, uint16_t count,
                           struct told *told)
{
    uint16_t now[BATTERY_REGISTERS] = {0};
    int exception = 0, sent, rc;

    if (told->is_dry) {
        say_write("would write", start, words, count, told);
        return OK;
    }
    sent = modbus_write(d, start, count, words, &exception);
    if (sent == ERR_REFUSED) {
        SAY("the controller refused the write (exception %d); nothing was changed", exception);
        return sent;
    }
    /* No answer does not say that nothing happened: reading back does. Never write twice. */
    rc = modbus_read(d, READ_HOLDING, start, count, now);
    if (rc) {
        SAY("written, but not read back (%s): look before trying again", error_text(rc));
        return rc;
    }
    if (memcmp(now, words, count * sizeof *words)) {
        SAY("%s, but the registers from %04X are not what was written",
            sent ? "the write was not acknowledged" : "the controller said yes", start);
        return sent ? sent : ERR_IGNORED;
    }
    SAY("done, and read back");
    return OK;
}

static int tell_battery(struct device *d, const struct order *orders, size_t count,
                        struct told *told)
{
    uint16_t words[BATTERY_REGISTERS];
    int rc = modbus_read(d, READ_HOLDING, REG_BATTERY, BATTERY_REGISTERS, words);
    bool has_voltages = false;

    if (rc) {
        SAY("the battery settings cannot be read (%s), so they are left alone", error_text(rc));
        return rc;
    }
    for (size_t i = 0; i < count; i++) {
        const struct row *row = row_of(&orders[i]);
        if (row->in != READ_HOLDING || row->at >= REG_BATTERY + BATTERY_REGISTERS)
            continue;
        words[row->at - REG_BATTERY] = raw_of(row, orders[i].value);
        has_voltages |= is_voltage(row);
    }
    if (!has_voltages) /* type, capacity and compensation are accepted without the voltages */
        return write_and_check(d, REG_BATTERY, words, 3, told);
    rc = check_ladder(words, told);
    if (!rc)
        rc = check_type(d, words, told);
    return rc ? rc : write_and_check(d, REG_BATTERY, words, BATTERY_REGISTERS, told);
}

/* ---- switches and the clock -------------------------------------------------------------- */

static int tell_coil(struct device *d, const struct row *row, bool is_on, struct told *told)
{
    uint16_t now = 0;
    int exception = 0, sent, rc;

    if (told->is_dry) {
        SAY("would switch coil %04X %s", row->at, is_on ? "on" : "off");
        return OK;
    }
    sent = modbus_write_coil(d, row->at, is_on, &exception);
    if (sent == ERR_REFUSED) {
        SAY("the controller refused (exception %d)", exception);
        return sent;
    }
    rc = modbus_read(d, READ_COILS, row->at, 1, &now);
    if (rc == ERR_REFUSED) {
        SAY("the controller said yes, but has no such switch: nothing happened");
        return ERR_IGNORED;
    }
    if (rc) {
        SAY("sent, but not read back (%s): look before trying again", error_text(rc));
        return rc;
    }
    if ((now & 1) != is_on) {
        SAY("the controller said yes, but the switch is still %s", now & 1 ? "on" : "off");
        return sent ? sent : ERR_IGNORED;
    }
    SAY("done, and read back");
    return OK;
}

/* 9013 = minute second, 9014 = day hour, 9015 = year month; local time, as its display shows. */
void tracer_clock_encode(int64_t wall_s, uint16_t words[3])
{
    time_t seconds = (time_t)wall_s;
    struct tm t;

    localtime_r(&seconds, &t);
    words[0] = (uint16_t)(t.tm_min << 8 | t.tm_sec);
    words[1] = (uint16_t)(t.tm_mday << 8 | t.tm_hour);
    words[2] = (uint16_t)((t.tm_year > 100 ? t.tm_year - 100 : 0) << 8 | (t.tm_mon + 1));
}

static bool clock_of(const uint16_t *words, time_t *to)
{
    struct tm t = {.tm_min = words[0] >> 8,
                   .tm_sec = words[0] & 0xff,
                   .tm_mday = words[1] >> 8,
                   .tm_hour = words[1] & 0xff,
                   .tm_year = (words[2] >> 8) + 100,
                   .tm_mon = (words[2] & 0xff) - 1,
                   .tm_isdst = -1};

    *to = mktime(&t);
    return *to != (time_t)-1;
}

static bool parse_clock(const char *text, int64_t *wall_s)
{
    struct tm t = {.tm_isdst = -1};
    const char *end;

    if (text_is(text, "now")) {
        *wall_s = clock_wall_ms() / MS_PER_S;
        return true;
    }
    end = strptime(text, "%Y-%m-%dT%H:%M:%S", &t);
    if (!end || *end || t.tm_year < 100 || t.tm_year > 199)
        return false;
    *wall_s = mktime(&t);
    return true;
}

static int tell_clock(struct device *d, const char *text, struct told *told)
{
    uint16_t words[3], now[3] = {0};
    int64_t wall_s;
    time_t shown = 0;
    int exception = 0, rc;

    if (!parse_clock(text, &wall_s)) {
        SAY("\"%s\" is no time: write now, or 2026-05-02T11:24:05", text);
        return ERR_USAGE;
    }
    tracer_clock_encode(wall_s, words);
    if (told->is_dry) {
        say_write("would write", REG_CLOCK, words, 3, told);
        return OK;
    }
    rc = modbus_write(d, REG_CLOCK, 3, words, &exception);
    if (rc == ERR_REFUSED) {
        SAY("the controller refused the time (exception %d)", exception);
        return rc;
    }
    rc = modbus_read(d, READ_HOLDING, REG_CLOCK, 3, now);
    if (rc) {
        SAY("sent, but not read back (%s)", error_text(rc));
        return rc;
    }
    /* It runs on while we look. */
    if (!clock_of(now, &shown) || shown < wall_s - 1 || shown > wall_s + 10) {
        SAY("the controller said yes, but its clock shows another time");
        return ERR_IGNORED;
    }
    SAY("done, and read back");
    return OK;
}

/* ---- all of them together ---------------------------------------------------------------- */

static int tell_single(struct device *d, const struct order *o, struct told *told)
{
    const struct row *row = row_of(o);
    uint16_t word = raw_of(row, o->value);

    if (o->command->metric == M_NONE)
        return tell_clock(d, o->text, told);
    if (row->in == READ_COILS)
        return tell_coil(d, row, o->value != 0, told);
    return write_and_check(d, row->at, &word, 1, told);
}

static bool is_in_battery_block(const struct order *o)
{
    const struct row *row = row_of(o);

    return o->command->metric != M_NONE && row->in == READ_HOLDING &&
           row->at < REG_BATTERY + BATTERY_REGISTERS;
}

int tracer_tell(struct device *d, const struct order *orders, size_t count, struct told *told)
{
    uint16_t system = 0;
    bool has_battery = false;
    int rc = modbus_read(d, READ_INPUT, REG_SYSTEM_VOLTAGE, 1, &system);

    if (rc || system < 1200 || system > 4800) {
        SAY("the system's voltage cannot be read (%s), so no range can be checked",
            error_text(rc ? rc : ERR_DATA));
        return rc ? rc : ERR_DATA;
    }
    rc = check_ranges(orders, count, system / 100.0, told);
    for (size_t i = 0; i < count; i++)
        has_battery |= is_in_battery_block(&orders[i]);
    if (!rc && has_battery)
        rc = tell_battery(d, orders, count, told);
    for (size_t i = 0; i < count && !rc; i++)
        if (!is_in_battery_block(&orders[i]))
            rc = tell_single(d, &orders[i], told);
    return rc;
}

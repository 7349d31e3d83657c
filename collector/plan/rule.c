/* What may stand in a [rule] section (collector/plan/rule.h). */
#include "collector/plan/rule.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

// clang-format off
const struct setting rule_settings[] = {
    /* key                type    default  least most choices   help */
    { "device",           TEXT,   NULL,     0,   0,   NULL,     "the device whose float_voltage is raised and lowered; it needs allow_tell = yes" },
    { "kind",             CHOICE, "absorb", 0,   0,   "absorb", "what it does: absorb holds the absorb voltage until absorption is finished" },
    { "enabled",          YESNO,  "no",     0,   0,   NULL,     "no: nothing is raised, and what was raised is lowered" },
    { "lead_acid",        YESNO,  "no",     0,   0,   NULL,     "yes: you say that the battery is flooded lead-acid or AGM; never for lithium or gel" },
    { "normal_voltage",   NUMBER, NULL,     6,   70,  NULL,     "V, float in normal times" },
    { "absorb_voltage",   NUMBER, NULL,     6,   70,  NULL,     "V, float while it is raised; not above the device's own absorb voltage" },
    { "band",             NUMBER, "0.2",    0.05, 1,  NULL,     "V, this near to absorb_voltage counts as there" },
    { "end_current",      NUMBER, NULL,     0.1, 200, NULL,     "A, absorption is finished when less flows into the battery" },
    { "window",           NUMBER, "30",     5,   240, NULL,     "minutes, averages are taken over this" },
    { "start",            TEXT,   "03:00",  0,   0,   NULL,     "raised from this hour of the site, before the sun comes" },
    { "stop_from",        TEXT,   "11:00",  0,   0,   NULL,     "not raised any more from then on; lowered when absorption is finished" },
    { "stop_until",       TEXT,   "21:00",  0,   0,   NULL,     "lowered at this hour, finished or not" },
    { "max_hours",        NUMBER, "6",      0.25, 12, NULL,     "hours near absorb_voltage, then it is lowered, finished or not" },
    { "max_raised_hours", NUMBER, "20",     1,   23,  NULL,     "hours after it was raised, then it is lowered whatever happened" },
    { "temperature_most", NUMBER, "40",     0,   60,  NULL,     "degrees C of the battery; lowered above that (where the device measures it)" },
    { "changes_per_day",  NUMBER, "2",      1,   4,   NULL,     "raises a day at most: such memories wear out" },
    SETTINGS_END
};
// clang-format on

static const int64_t HOUR_US = 3600000000, MINUTE_US = 60000000;

/* "03:00" to minutes, or -1. */
static int read_hour(struct section *s, const char *key)
{
    const char *text = section_text(s, key), *colon = strchr(text, ':');
    int64_t hour = -1, minute = -1;
    char head[3] = "";

    if (colon && colon > text && colon - text < (ptrdiff_t)sizeof head && strlen(colon + 1) == 2) {
        memcpy(head, text, (size_t)(colon - text));
        /* "08" is eight, not a broken octal number */
        if (strspn(head, "0123456789") == strlen(head) && strspn(colon + 1, "0123456789") == 2) {
            hour = colon - text == 2 ? (head[0] - '0') * 10 + head[1] - '0' : head[0] - '0';
            minute = (colon[1] - '0') * 10 + colon[2] - '0';
        }
    }
    if (hour >= 0 && hour < 24 && minute >= 0 && minute < 60)
        return (int)(hour * 60 + minute);
    section_fault(s, key, "\"%s\" is no hour of the day, like 03:00", text);
    return -1;
}

static void check_hours(const struct rule *r, struct section *s)
{
    if (r->start < 0 || r->stop_from < 0 || r->stop_until < 0)
        return;
    if (r->start >= r->stop_from)
        section_fault(s, "stop_from", "must be later than start");
    if (r->stop_from >= r->stop_until)
        section_fault(s, "stop_until", "must be later than stop_from");
}

/* 12, 24, 36 or 48 V: what a lead-acid battery of that many cells may get. */
static bool is_lead_voltage(double volts)
{
    for (int blocks = 1; blocks <= 4; blocks++)
        if (volts >= 12.6 * blocks && volts <= 15 * blocks)
            return true;
    return false;
}

static void check_volts(const struct rule *r, struct section *s)
{
    if (r->absorb_v < r->normal_v + 2 * r->band_v)
        section_fault(s, "absorb_voltage", "must be above normal_voltage by more than twice band");
    else if (r->absorb_v > r->normal_v * 1.2)
        section_fault(s, "absorb_voltage",
                      "is more than a fifth above normal_voltage: not the same battery");
    else if (!is_lead_voltage(r->absorb_v))
        section_fault(s, "absorb_voltage", "no lead-acid battery of 12, 24, 36 or 48 V wants %g V",
                      r->absorb_v);
}

static unsigned faults_of(const struct section *s)
{
    return s->file ? s->file->faults : s->faults;
}

int rule_load(struct rule *to, struct section *s)
{
    const struct setting *tables[] = {rule_settings};
    unsigned before = faults_of(s);

    *to = (struct rule){0};
    if (!*s->name)
        section_fault(s, NULL, "a rule needs a name: [rule absorb]");
    if (section_check(s, tables, 1))
        return ERR_CONFIG;
    *to = (struct rule){
        .is_enabled = section_yes(s, "enabled"),
        .normal_v = section_number(s, "normal_voltage"),
        .absorb_v = section_number(s, "absorb_voltage"),
        .band_v = section_number(s, "band"),
        .end_a = section_number(s, "end_current"),
        .window_us = (int64_t)(section_number(s, "window") * (double)MINUTE_US),
        .start = read_hour(s, "start"),
        .stop_from = read_hour(s, "stop_from"),
        .stop_until = read_hour(s, "stop_until"),
        .held_most_us = (int64_t)(section_number(s, "max_hours") * (double)HOUR_US),
        .raised_most_us = (int64_t)(section_number(s, "max_raised_hours") * (double)HOUR_US),
        .temperature_most = section_number(s, "temperature_most"),
        .changes = (unsigned)section_number(s, "changes_per_day"),
    };
    if (!section_yes(s, "lead_acid"))
        section_fault(s, "lead_acid",
                      "must be yes: this overcharges every battery that is not lead-acid");
    check_hours(to, s);
    check_volts(to, s);
    return faults_of(s) == before ? OK : ERR_CONFIG;
}

/* Who is it? The kinds of the family mean different things by the same words, and no question
 * asks for the kind: it is put together from what several answers give away. */
#include "drivers/axpert/axpert.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a kind gives itself away by, the surest first. */
static const struct clue {
    const char *field, *text; /* text NULL: that the field is there at all */
    unsigned kind;
} clues[] = {
    {"protocol_id", "41", KIND_PI41},
    {"general_model_number", "045", KIND_LV6548},
    {"model", "GK", KIND_GK},
    {"model", "LV6548", KIND_LV6548},
    {"machine_type", "11", KIND_PLUS},
    {"machine_type", "20", KIND_PLUS},
    {"extra25", NULL, KIND_CLASSIC}, /* the other form of 28 words: as long as a MAX's, and none */
    {"flag.solar_feed_to_grid", NULL, KIND_MAX},
    {"max_discharge_current", NULL, KIND_MAX}, /* 28 words in QPIRI */
};

static const struct {
    const char *word;
    unsigned kind;
} kinds[] = {{"classic", KIND_CLASSIC}, {"plus", KIND_PLUS},     {"max", KIND_MAX},
             {"max24", KIND_MAX24},     {"lv6548", KIND_LV6548}, {"gk", KIND_GK},
             {"pi41", KIND_PI41},       {"revo", KIND_REVO}};

struct meeting {
    struct axpert_memory *memory;
    bool has_clue[sizeof clues / sizeof *clues];
    bool has_ratings, has_output_mode, was_refused;
    bool has_gaps;        /* something was asked, and neither answered nor refused */
    char protocol[8];     /* what QPI said behind "PI" */
    int spoilt;           /* what was wrong with the last answer that was none; OK: none came */
    struct identity *who; /* NULL when only the kind is wanted */
};

static bool is_clue(const struct clue *c, const struct field *f)
{
    char number[16];
    const char *said = f->text;

    if (strcmp(c->field, f->name))
        return false;
    if (!f->is_text) {
        snprintf(number, sizeof number, "%g", f->value);
        said = number;
    }
    return !c->text || (said && strstr(said, c->text) != NULL);
}

static void note(void *to, const struct field *f)
{
    struct meeting *m = to;

    for (size_t i = 0; i < sizeof clues / sizeof *clues; i++)
        m->has_clue[i] |= is_clue(&clues[i], f);
    if (!strcmp(f->name, "battery_rating_voltage")) {
        m->memory->rated_v = f->value;
        m->has_ratings = true;
    }
    if (!strcmp(f->name, "ac_output_rating_active_power"))
        m->memory->rated_w = f->value;
    if (!strcmp(f->name, "output_mode")) {
        m->has_output_mode = true;
        m->memory->is_parallel = f->value > 0;
    }
    if (f->is_text && !strcmp(f->name, "protocol_id"))
        snprintf(m->protocol, sizeof m->protocol, "%.7s", f->text);
    if (f->is_text && !strcmp(f->name, "serial_number"))
        snprintf(m->memory->serial, sizeof m->memory->serial, "%.23s", f->text);
    if (m->who && f->is_text && !strcmp(f->name, "firmware"))
        snprintf(m->who->firmware, IDENTITY_TEXT, "%s", f->text);
    if (m->who && f->is_text && !strcmp(f->name, "model"))
        snprintf(m->who->model, IDENTITY_TEXT, "%s", f->text);
}

/* Silence at a question says nothing: some firmwares know it, some don't. A line that is gone
 * says all. */
static int ask(struct device *d, enum axpert_block which, struct meeting *m, bool *is_there)
{
    int rc = device_block(d, axpert_block(which), note, m);

    if (rc == ERR_PROTOCOL || (*m->protocol && !axpert_is_ours(m->protocol))) {
        d->speaks = axpert_stranger_text(m->protocol);
        if (!*m->protocol)
            axpert_name_relative(d);
        return ERR_PROTOCOL; /* the same words would mean something else */
    }
    *is_there |= rc == OK;
    m->was_refused |= rc == ERR_REFUSED;
    m->has_gaps |= rc != OK && rc != ERR_REFUSED && rc != ERR_ABSENT;
    if (rc < ERR_TIMEOUT && rc >= ERR_GARBAGE)
        m->spoilt = rc;
    return rc == ERR_GONE || rc == ERR_STOPPED || rc == ERR_IO ? rc : OK;
}

/* Nobody has answered: why. */
static int nobody(const struct meeting *m)
{
    return m->was_refused ? ERR_REFUSED : m->spoilt ? m->spoilt : ERR_TIMEOUT;
}

/* Nor to PI30's questions at all: is it a relative? */
static int nobody_or_relative(struct device *d, const struct meeting *m)
{
    if (nobody(m) != ERR_TIMEOUT)
        return nobody(m);
    for (unsigned i = 0; i < AXPERT_RELATIVES; i++) {
        int rc = axpert_relative(d, i);
        if (rc != ERR_TIMEOUT && rc != ERR_REFUSED)
            return rc;
    }
    return ERR_TIMEOUT;
}

unsigned axpert_kind_named(const char *word)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(kinds[i].word, word))
            return kinds[i].kind;
    return 0;
}

static unsigned kind_of(const struct device *d, const struct meeting *m, bool knows_qall)
{
    unsigned given = axpert_kind_named(section_text(d->section, "kind"));

    if (given)
        return given;
    for (size_t i = 0; i < sizeof clues / sizeof *clues; i++) {
        if (!m->has_clue[i])
            continue;
        if (clues[i].kind == KIND_MAX && m->memory->rated_v > 0 && m->memory->rated_v < 36)
            return KIND_MAX24;
        return clues[i].kind;
    }
    return knows_qall ? KIND_REVO : KIND_CLASSIC;
}

static const char *kind_word(unsigned kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].kind == kind)
            return kinds[i].word;
    return "unknown";
}

enum { MEETINGS_MOST = 5 };

/* Every unit knows its ratings, and they are the longest answer here: where they came through, so
 * did the rest. Without them the kind would be a guess, and stay one. */
static bool is_guess(struct meeting *m, bool is_there)
{
    bool is_sure = m->has_ratings || m->was_refused || !is_there;

    m->memory->meetings = is_sure ? 0 : m->memory->meetings + 1;
    return !is_sure && m->memory->meetings < MEETINGS_MOST;
}

enum { KNOCKS_OWN = 6 }; /* then one for each relative */

/* A unit that was silent gets one question, and the rest only when it answers: now this, now that
 * one, since some know only one of them. */
static int knock(struct device *d, struct meeting *m)
{
    bool is_there = false;
    unsigned turns = KNOCKS_OWN + (d->speaks ? 0 : AXPERT_RELATIVES);
    unsigned turn = m->memory->knocks++ % turns;

    int rc = turn < KNOCKS_OWN ? ask(d, turn % 2 ? QPI : QPIRI, m, &is_there)
                               : axpert_relative(d, turn - KNOCKS_OWN);

    if (turn >= KNOCKS_OWN) /* a no is PI30's way to say that it is there */
        return rc == ERR_REFUSED ? OK : rc;
    if (!rc && m->spoilt == ERR_FUNCTION) /* a relative's ratings? */
        rc = ask(d, QPI, m, &is_there);
    if (rc || is_there)
        return rc;
    return d->speaks ? nobody_or_relative(d, m) : nobody(m);
}

int axpert_meet(struct device *d)
{
    static const enum axpert_block questions[] = {QPIRI, QPI, QID, QFLAG, QGMN, QMN};
    struct meeting m = {.memory = d->memory};
    char before[SERIAL_TEXT];
    bool is_there = false, knows_qall = false;
    int rc = d->state == SILENT ? knock(d, &m) : OK;

    memcpy(before, m.memory->serial, sizeof before);
    d->has_answered = false;
    for (size_t i = 0; i < sizeof questions / sizeof *questions && !rc; i++) {
        rc = ask(d, questions[i], &m, &is_there);
        if (!rc && i == 1 && !is_there)
            return d->state == SILENT ? nobody(&m) : nobody_or_relative(d, &m);
        if (!rc && i == 1 && is_guess(&m, is_there))
            return m.spoilt ? m.spoilt : ERR_TIMEOUT;
    }
    if (!rc && m.has_ratings && !m.has_output_mode) /* 21 words: an older relative? */
        rc = ask(d, QALL, &m, &knows_qall);
    if (!rc && !*m.memory->serial)
        rc = ask(d, QSID, &m, &is_there);
    if (rc)
        return rc;
    d->speaks = NULL;
    /* The same unit as before: what was not heard this time was heard then. */
    if (!d->how.kind || !m.has_gaps || strcmp(before, m.memory->serial) != 0)
        d->how.kind = kind_of(d, &m, knows_qall);
    if (*before && strcmp(before, m.memory->serial) != 0)
        axpert_forget_units(m.memory);
    snprintf(d->identity.serial, IDENTITY_TEXT, "%s", m.memory->serial);
    log_info(d->name, "is a unit of kind \"%s\"%s%s", kind_word(d->how.kind),
             *m.memory->serial ? ", serial number " : "", m.memory->serial);
    return OK;
}

int axpert_greet(struct device *d, struct identity *who)
{
    static const enum axpert_block questions[] = {QID, QPI, QMN, QVFW};
    struct axpert_memory *memory = d->memory;
    struct meeting m = {.memory = memory, .who = who};
    char before[SERIAL_TEXT];
    bool is_there = false;
    int rc = OK;

    memcpy(before, memory->serial, sizeof before);
    *memory->serial = '\0';
    snprintf(who->vendor, IDENTITY_TEXT, "Voltronic");
    d->is_meeting = true; /* only who it is, not what */
    for (size_t i = 0; i < sizeof questions / sizeof *questions && !rc; i++) {
        rc = ask(d, questions[i], &m, &is_there);
        if (!rc && !is_there)
            break;
    }
    if (!rc && !*memory->serial && is_there)
        rc = ask(d, QSID, &m, &is_there);
    d->is_meeting = false;
    if (!*memory->serial) /* not heard this time: it is still the one that was met */
        memcpy(memory->serial, before, sizeof before);
    snprintf(who->serial, IDENTITY_TEXT, "%s", memory->serial);
    return rc ? rc : is_there ? OK : nobody(&m);
}

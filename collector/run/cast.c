/* Who answers on a simulated wire (collector/run/cast.h). */
#include "collector/run/cast.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t DAY_MS = 86400000;

int cast_init(struct cast *c, const struct section *section)
{
    const char *at = section_text(section, "at");
    unsigned hour, minute;

    *c = (struct cast){.started_us = clock_us(), .started_ms = clock_wall_ms()};
    c->time_scale = section_number(section, "time_scale");
    c->turnaround_us = (int64_t)(section_number(section, "turnaround") * (double)US_PER_MS);
    c->chance = chance_seeded((uint64_t)section_number(section, "seed"));
    moods_from(&c->moods, section);
    if (*section_text(section, "script"))
        c->script = section_text(section, "script");
    if (*at) {
        if (sscanf(at, "%2u:%2u", &hour, &minute) != 2 || hour > 23 || minute > 59) {
            log_err(section->name, "at: \"%s\" is not an hour like 12:00", at);
            return ERR_CONFIG;
        }
        c->started_ms += (int64_t)(hour * 60 + minute) * 60000 - c->started_ms % DAY_MS;
    }
    plant_init(&c->plant, (uint64_t)section_number(section, "seed"),
               section_number(section, "battery"), section_text(section, "day"));
    return OK;
}

static const char *find_model(const struct driver *driver, const char *wanted)
{
    if (!*wanted)
        return driver->twin_models[0];
    for (const char *const *model = driver->twin_models; *model; model++)
        if (!strcmp(*model, wanted))
            return *model;
    return NULL;
}

/* The number that these digits end in, so much higher. */
static void count_up(char *digits, unsigned by)
{
    for (size_t at = strlen(digits); by && at > 0 && isdigit((unsigned char)digits[at - 1]); at--) {
        by += (unsigned)(digits[at - 1] - '0');
        digits[at - 1] = (char)('0' + by % 10);
        by /= 10;
    }
}

static void say_models(const struct driver *driver, const struct section *section)
{
    char names[400];
    struct text text = text_on(names, sizeof names);

    for (const char *const *name = driver->twin_models; name && *name; name++)
        text_format(&text, " %s", *name);
    log_err(section->name, "model: there is no simulated %s \"%s\"%s%s", driver->name,
            section_text(section, "model"), *names ? ", only:" : "", names);
}

int cast_add(struct cast *c, const struct driver *driver, uint8_t address,
             const struct section *section)
{
    struct twin *t = &c->twins[c->count];

    if (c->count == CAST_MAX) {
        log_err(section->name, "more than %d simulated devices on one wire", CAST_MAX);
        return ERR_CONFIG;
    }
    *t = (struct twin){.driver = driver, .address = address, .place = c->count};
    t->model = find_model(driver, section_text(section, "model"));
    if (!t->model) {
        say_models(driver, section);
        return ERR_CONFIG;
    }
    snprintf(t->serial, sizeof t->serial, "%s", section_text(section, "serial"));
    count_up(t->serial, t->place);
    t->nominal_v = section_number(section, "battery");
    t->memory = calloc(1, driver->twin_memory ? driver->twin_memory : 1);
    if (!t->memory)
        return ERR_FULL;
    t->plant = plant_now(&c->plant);
    t->whole = &c->plant;
    c->speech = driver->speech;
    c->count++;
    for (unsigned i = 0; i < c->count; i++)
        c->twins[i].of = c->count;
    return driver->twin_begin ? driver->twin_begin(t) : OK;
}

void cast_done(struct cast *c)
{
    for (unsigned i = 0; i < c->count; i++)
        free(c->twins[i].memory);
    c->count = 0;
}

/* "30 dead=3": from the 30th second on. Lines are in the order of time. */
static void follow_script(struct cast *c)
{
    char line[256], why[200];
    int64_t played_us = clock_us() - c->started_us;
    unsigned number = 0;
    FILE *file;

    if (!c->script)
        return;
    file = fopen(c->script, "r");
    if (!file) {
        log_err("script", "%s: %s", c->script, strerror(errno));
        c->script = NULL;
        return;
    }
    while (fgets(line, sizeof line, file)) {
        char *words;
        double second = strtod(line, &words);
        if (++number <= c->script_line || words == line)
            continue;
        if (second * 1e6 > (double)played_us)
            break;
        c->script_line = number;
        if (moods_parse(&c->moods, words, why, sizeof why))
            log_err("script", "%s:%u: %s", c->script, number, why);
    }
    (void)fclose(file); /* opened for reading */
}

static bool speaks_for(const struct cast *c, const struct twin *t)
{
    return !(c->moods.dead > 0) || (unsigned)c->moods.dead != t->address;
}

static int64_t let_play(struct cast *c)
{
    int64_t played_us = clock_us() - c->started_us;
    int64_t wall_ms = c->started_ms + (int64_t)((double)(played_us / US_PER_MS) * c->time_scale);

    follow_script(c);
    plant_to(&c->plant, wall_ms);
    return wall_ms;
}

int cast_announce(void *who, unsigned which, uint64_t round, struct far_answer *answer)
{
    struct cast *c = who;
    int64_t wall_ms = let_play(c);

    *answer = (struct far_answer){.delay_us = 0};
    for (unsigned i = 0; i < c->count; i++) {
        struct twin *t = &c->twins[i];
        t->wall_ms = wall_ms;
        t->dead = (unsigned)c->moods.dead;
        for (unsigned n = 0; t->driver->speech->announce(t, n, round, &answer->answer) == OK; n++) {
            if (which-- > 0)
                continue;
            if (moods_spoil(&c->moods, &c->chance, c->speech->stranger, answer))
                answer->answer.length = 0; /* silent this time */
            return OK;
        }
    }
    return ERR_ABSENT;
}

/* Two at once on one wire: what is low in one of them is low in both. */
static void add_answer(unsigned before, const struct answer *said, struct answer *to)
{
    for (size_t i = 0; before && i < said->length && i < to->length; i++)
        to->bytes[i] &= said->bytes[i];
    if (!before)
        *to = *said;
}

int cast_answer(void *who, const uint8_t *asked, size_t length, struct far_answer *answer)
{
    struct cast *c = who;
    int64_t wall_ms = let_play(c);
    unsigned answers = 0;

    answer->answer.length = 0;
    answer->delay_us = c->turnaround_us;
    answer->pause_us = 0;
    for (unsigned i = 0; i < c->count && (!answers || c->speech->all_answer); i++) {
        struct twin *t = &c->twins[i];
        struct answer said = {0};
        t->wall_ms = wall_ms;
        t->dead = (unsigned)c->moods.dead;
        if (t->driver->twin_restart && chance_hits(&c->chance, c->moods.restart))
            t->driver->twin_restart(t);
        if (speaks_for(c, t) && t->driver->speech->answer(t, asked, length, &said) == OK)
            add_answer(answers++, &said, &answer->answer);
    }
    if (!answers)
        return ERR_TIMEOUT;
    if (chance_hits(&c->chance, c->moods.refuse))
        c->speech->refuse(asked, length, &answer->answer);
    return moods_spoil(&c->moods, &c->chance, c->speech->stranger, answer);
}

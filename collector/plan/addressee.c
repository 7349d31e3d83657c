/* Names to devices (collector/plan/addressee.h). */
#include "collector/plan/addressee.h"

#include <stdio.h>
#include <string.h>

/* The device that speaks for a unit which has only a section and a serial number. */
static size_t speaker_of(const struct plan *p, const struct plan_device *unit)
{
    size_t at = 0;

    while (at < p->device_count &&
           (p->devices[at].is_heard_through || p->devices[at].bus != unit->bus ||
            p->devices[at].driver != unit->driver))
        at++;
    return at;
}

static bool find_named(const struct plan *p, const char *name, struct addressee *to)
{
    for (size_t i = 0; i < p->device_count; i++) {
        const struct plan_device *d = &p->devices[i];
        if (strcmp(d->name, name) != 0)
            continue;
        *to = (struct addressee){.at = i, .name = d->name};
        if (!d->is_heard_through)
            return true;
        to->at = speaker_of(p, d);
        to->of_its_own = d;
        (void)snprintf(to->unit, sizeof to->unit, "%s", section_text(d->section, "serial"));
        return to->at < p->device_count;
    }
    return false;
}

bool addressee_find(const struct plan *p, const char *name, struct addressee *to)
{
    size_t longest = 0;

    if (find_named(p, name, to))
        return true;
    for (size_t i = 0; i < p->device_count; i++) {
        const struct plan_device *d = &p->devices[i];
        size_t length = strlen(d->name);
        if (!d->driver->unit || length <= longest || strncmp(d->name, name, length) != 0 ||
            name[length] != '-' || !name[length + 1] || d->is_heard_through)
            continue;
        longest = length;
        *to = (struct addressee){.at = i, .name = name};
        (void)snprintf(to->unit, sizeof to->unit, "%s", name + length + 1);
    }
    return longest > 0;
}

const struct group *addressee_group(const struct plan *p, const char *name)
{
    for (size_t i = 0; i < p->group_count; i++)
        if (!strcmp(p->groups[i].name, name))
            return &p->groups[i];
    return NULL;
}

void addressee_mark_speakers(const struct plan *p, bool *marks)
{
    for (size_t i = 0; i < p->device_count; i++) {
        bool is_unit = marks[i] && p->devices[i].is_heard_through;
        size_t speaker = is_unit ? speaker_of(p, &p->devices[i]) : p->device_count;
        if (speaker < p->device_count)
            marks[speaker] = true;
    }
}

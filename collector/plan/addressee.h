/* Whom a name of the command line means: a device of the plan, or a unit behind one of them. */
#ifndef COLLECTOR_ADDRESSEE_H
#define COLLECTOR_ADDRESSEE_H

#include "collector/plan/plan.h"

struct addressee {
    size_t at; /* in the plan: itself, or who speaks for it */
    const char *name;
    char unit[IDENTITY_TEXT];             /* behind that device; "": itself */
    const struct plan_device *of_its_own; /* the section the unit has; NULL: none */
};

/* By its own name, or DEVICE-UNIT. false: there is nobody of this name. */
bool addressee_find(const struct plan *p, const char *name, struct addressee *to);

/* The group of this name; NULL: there is none. */
const struct group *addressee_group(const struct plan *p, const char *name);

/* Marks, by place in the plan, whoever speaks for a unit that is marked. */
void addressee_mark_speakers(const struct plan *p, bool *marks);

#endif

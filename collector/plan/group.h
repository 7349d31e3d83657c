/*
 * A group as its owner set it: devices to be added up (collector/intake/groups.h does). Members in
 * parallel fold by each metric's rule (power adds, voltage averages); members by role give only
 * what their role says, so that nothing is counted twice.
 */
#ifndef COLLECTOR_PLAN_GROUP_H
#define COLLECTOR_PLAN_GROUP_H

#include "base/section.h"
#include "metrics/reading.h"
#include "metrics/roles.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MEMBERS_MAX = 64 };

struct group {
    const char *name;
    struct section *section;
    struct {
        uint16_t device; /* its place in the roster */
        enum role role;
    } members[MEMBERS_MAX];
    size_t count;
    bool is_partial; /* partial = yes: a silent member makes power smaller, not unknown; counters of
                        it stand where they stood */
    enum fold soc;   /* MEAN, LOW or HIGH */
};

extern const struct setting group_settings[];

/* Fills a group from its section. `find` gives a device's place by name, or -1. All complaints go
 * through section_fault; ERR_CONFIG when there was one. */
int group_load(struct group *g, struct section *s, int (*find)(void *who, const char *name),
               void *who) MUST_CHECK;

#endif

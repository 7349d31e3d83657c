/* The parts of the plan, for its own files only. */
#ifndef COLLECTOR_PLAN_INSIDE_H
#define COLLECTOR_PLAN_INSIDE_H

#include "collector/plan/plan.h"

/* One section of the file each; complaints are counted in the file. */
void plan_set_site(struct plan *p, struct section *s);
void plan_set_store(struct plan *p, struct section *s);
void plan_add_bus(struct plan *p, struct section *s);
void plan_add_device(struct plan *p, struct section *s);
void plan_add_group(struct plan *p, struct section *s);
void plan_add_sink(struct plan *p, struct section *s);
void plan_add_rule(struct plan *p, struct section *s);
void plan_set_web(struct plan *p, struct section *s);
void plan_set_own(struct plan *p, struct section *s);

/* While the word that chooses a table of settings is wrong, any of these may be meant. */
enum { MAYBE_TABLES = 32 };
void plan_maybe_lines(const struct setting *to[MAYBE_TABLES]);
void plan_maybe_drivers(const struct setting *to[MAYBE_TABLES]);
void plan_maybe_sinks(const struct setting *to[MAYBE_TABLES]);

/* For what the file has, and some bare ones; once. */
int plan_make_room(struct plan *p) MUST_CHECK;

/* A unit behind a device, DEVICE-UNIT, that only a group names: its place, or -1: nobody speaks for
 * such a one. It goes by the settings of whoever speaks for it. */
int plan_add_unit(struct plan *p, const char *name);

/* A section nobody wrote, made of words ("speed=9600"); owned by the plan. NULL: no room. */
struct section *plan_make_section(struct plan *p, const char *kind, const char *name,
                                  const char *words);

#endif

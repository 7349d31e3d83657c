/*
 * What a group counts. Its lifetime counters are the sum of its members', carried on across members
 * that come and go: one that joins brings no energy of before, one that leaves takes none away. So
 * they never fall, and rise by what the members' do.
 *
 * Its day, month and year are the site's, made of those lifetime counters: members' own days turn
 * at different seconds. Where there is no lifetime counter, the sum is held back from the first
 * member that turned to the last.
 */
#ifndef COLLECTOR_GROUP_TOTALS_H
#define COLLECTOR_GROUP_TOTALS_H

#include "collector/intake/groups.h"
#include "store/store.h"

struct group_totals; /* of one group; its memory grows with the metrics the group has */

struct group_totals *group_totals_new(struct store *s, const struct origin *from); /* NULL: none */
void group_totals_free(struct group_totals *t);

/* Who its members are from now on. `who` is another number for other members. */
void group_totals_follow(struct group_totals *t, const struct group *g, struct board *b,
                         uint32_t who);

/* Makes totals of what was folded at r->round_ms, and remembers them. */
void group_totals_take(struct group_totals *t, struct board *b, struct reading *r);

#endif

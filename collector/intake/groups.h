/* Groups: devices added up, by what is on the board. */
#ifndef COLLECTOR_GROUPS_H
#define COLLECTOR_GROUPS_H

#include "collector/plan/group.h"
#include "store/board.h"

/* Does a member in this role give this metric? */
bool group_gives(const struct group *g, enum role role, enum metric m);

/* Folds what is fresh on the board into a reading (device and round_ms are the caller's), with
 * `members` and `members_heard`. False when no member was heard at all. */
bool group_fold(const struct group *g, struct board *board, int64_t now_us, struct reading *to);

#endif

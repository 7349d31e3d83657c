/* Where the daemon's messages go, and how many of them: [helio] log_file and log_level. */
#ifndef COLLECTOR_LOGBOOK_H
#define COLLECTOR_LOGBOOK_H

#include "collector/plan/plan.h"

extern const struct setting helio_settings[];

/* As the plan says; the file is opened anew, so that one that was moved away is let go. With
 * `keeps_level` the command line has said how much is told. Logs why it cannot. */
int logbook_follow(const struct plan *plan, bool keeps_level) MUST_CHECK;

#endif

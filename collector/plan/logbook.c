/* The daemon's log (collector/plan/logbook.h). */
#include "collector/plan/logbook.h"

#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// clang-format off
const struct setting helio_settings[] = {
    /* key         type    default least most choices help */
    { "log_file",  TEXT,   "",     0,    0,   NULL, "helio run writes its log there; empty: where HELIO_LOG_FILE says, else to standard error" },
    { "log_level", CHOICE, "note", 0,    0,   "error warning note info debug", "The least important that helio run tells" },
    SETTINGS_END,
};
// clang-format on

static enum log_level level_of(const char *name)
{
    enum log_level level = LOG_LEVEL_ERR;

    while (level < LOG_LEVEL_DEBUG && strcmp(log_level_name(level), name) != 0)
        level++;
    return level;
}

int logbook_follow(const struct plan *plan, bool keeps_level)
{
    const char *path = section_text(plan->own, "log_file"), *env = getenv("HELIO_LOG_FILE");
    int rc;

    if (!keeps_level)
        log_set_level(level_of(section_text(plan->own, "log_level")));
    if (!*path)
        path = env && *env ? env : NULL;
    rc = log_to_file(path);
    if (rc)
        log_err("run",
                "%s: %s; helio run must be able to write there (see [helio] log_file, or "
                "HELIO_LOG_FILE)",
                path, strerror(errno));
    return rc;
}

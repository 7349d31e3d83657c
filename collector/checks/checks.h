/*
 * What can be seen of the machine without opening a wire or asking anybody: THE table is
 * checks.def, one function each. Every one adds findings, none where all is well.
 */
#ifndef COLLECTOR_CHECKS_CHECKS_H
#define COLLECTOR_CHECKS_CHECKS_H

#include "collector/checks/people.h"
#include "collector/checks/report.h"
#include "collector/checks/usb.h"
#include "collector/plan/plan.h"

#include <sys/statvfs.h>

struct scene {
    const struct plan *plan;
    const char *config; /* the settings file */
    struct report *report;
    struct person person;
    struct usb_device usb[USB_MOST];
    size_t usb_count;
};

#define CHECK(name) void check_##name(struct scene *s);
#include "collector/checks/checks.def"
#undef CHECK

/* All of them, in the table's order. */
void checks_run(const struct plan *plan, const char *config, struct report *report);

/* ---- shared, and for tests ----------------------------------------------------------------- */

/* The file of udev rules that knows both halves of the id and this word; `file` may be NULL. */
bool rules_have(const char *id, const char *word, char *file, size_t size);

/* "sudo " in front for everybody but root. */
const char *sudo(void);

/* What would be found at this hour, with or without a program that sets the clock. */
void judge_clock(struct report *r, int64_t wall_ms, const char *keeper, bool has_rtc);
void judge_space(struct report *r, const char *folder, const struct statvfs *disk);

/* A sink did not take anything, and said why: the command that mends it. */
void advise_sink(struct report *r, const struct plan_sink *sink, const char *why);

/* Is it a trouble that the sink itself takes away with the first reading? */
bool sink_will_mend(const struct plan_sink *sink, const char *why);

#endif

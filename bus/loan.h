/*
 * The loan of a wire: a lock file named after the wire itself, held for one round at a time, so
 * that a daemon, a cron snapshot and a single check share it politely. It ends with the process,
 * whatever happens.
 */
#ifndef BUS_LOAN_H
#define BUS_LOAN_H

#include "base/bell.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Waits until the wire is free. ERR_BUSY names the holder in the log. ERR_STOPPED: the bell was
 * rung meanwhile (NULL: nobody does). */
int loan_take(const char *wire, const char *who, int64_t wait_us, struct bell *stop,
              int *loan) MUST_CHECK;

/* The same for a wire one would only like to look at: ERR_BUSY at once, and nothing is said. */
int loan_try(const char *wire, const char *who, int *loan) MUST_CHECK;

void loan_return(int *loan); /* -1 is accepted */

/* Where the lock files live: HELIO_RUN_DIR, /run/helio, or /run/lock when that is not there. */
const char *loan_folder(void);

/* Is it a folder of ours, and not the one where everybody puts locks? */
bool loan_is_ours(void);

/* The group of those who may use serial ports. false: this machine has none. */
bool loan_group(gid_t *to);

#endif

/*
 * A damaged store: what can be read of it goes into a new file beside it, FILE.salvage, which takes
 * its place only when it is whole. Stopped at any moment, by a power cut, too, it goes on from
 * there the next time.
 */
#ifndef STORE_SALVAGE_H
#define STORE_SALVAGE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Asked before every page; false: stop. */
struct salvage_watch {
    bool (*goes_on)(void *who, uint32_t page, uint32_t of);
    void *who;
};

bool salvage_is_begun(const char *path);
void salvage_name(const char *path, char *to, size_t size);

/* Fills the new file. ERR_STOPPED: asked to; ERR_FULL: no room, told. */
int salvage_build(const char *path, const struct salvage_watch *watch,
                  int64_t *readings) MUST_CHECK;

/* The new file takes the place of the damaged one, which is kept as `aside`. */
int salvage_swap(const char *path, char *aside, size_t size) MUST_CHECK;

#endif

/* The settings of a nats sink (nats/settings.c). */
#ifndef NATS_SETTINGS_H
#define NATS_SETTINGS_H

#include "base/section.h"

#include <stdbool.h>
#include <stddef.h>

extern const struct setting nats_settings[];

/* Beyond what the rows say; complains by section_fault. */
void nats_check(struct section *s);

/* The next address of a list separated by blanks or commas, copied into `to`; false at the end. */
bool nats_next_url(const char **at, char *to, size_t size);

#endif

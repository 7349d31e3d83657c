/* Passwords and tokens come from files of their own, for the owner alone to read. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/error.h"

#include <stddef.h>

/* The file's first line. A relative name may also lie where systemd puts credentials. Logs what
 * is wrong: ERR_INPUT (also when it is no ordinary file), ERR_DENIED when others may read it,
 * ERR_DATA when it is empty. */
int secret_read(const char *who, const char *name, char *to, size_t size) MUST_CHECK;

#endif

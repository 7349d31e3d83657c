/* The other end of the control socket (collector/daemon/control_socket.h): asking the daemon. */
#ifndef COLLECTOR_CONTROL_ASK_H
#define COLLECTOR_CONTROL_ASK_H

#include "base/error.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/un.h>

struct plan;

enum { LINE_MAX_BYTES = 8192 };

/* Where it is: in the run folder if there is one of ours, else beside the store, since the folder
 * for locks that every machine has is one where anybody may listen first. The path is for messages;
 * *folder is to be closed after the address was used. */
int control_address(const struct plan *plan, struct sockaddr_un *to, int *folder, char *path,
                    size_t size) MUST_CHECK;

/* Asks the daemon that owns this plan's store; its words go to standard output and error, its error
 * becomes the answer. ERR_ABSENT: no daemon answers. ERR_DENIED: somebody else does, or we may not
 * ask. `data` NULL: nothing behind the line. */
int control_ask(const struct plan *plan, const char *const *words, int count,
                FILE *data) MUST_CHECK;

/* Does one run? */
bool control_is_there(const struct plan *plan);

#endif

/* Between the files of the control socket: listening, one conversation, asking. */
#ifndef COLLECTOR_CONTROL_INSIDE_H
#define COLLECTOR_CONTROL_INSIDE_H

#include "collector/control_socket.h"

#include <sys/un.h>

enum { LINE_MAX_BYTES = 8192 };

/* Where it is: in the run folder if there is one of ours, else beside the store, since the folder
 * for locks that every machine has is one where anybody may listen first. The path is for messages;
 * *folder is to be closed after the address was used. */
int control_address(const struct plan *plan, struct sockaddr_un *to, int *folder, char *path,
                    size_t size) MUST_CHECK;

/* Its first line is there: a thread reads it and answers. */
int conversation_begin(struct conversation *c) MUST_CHECK;

#endif

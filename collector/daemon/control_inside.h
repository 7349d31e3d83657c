/* Between the files of the control socket: listening, one conversation. */
#ifndef COLLECTOR_CONTROL_INSIDE_H
#define COLLECTOR_CONTROL_INSIDE_H

#include "collector/daemon/control_socket.h"
#include "collector/run/control_ask.h"

/* Its first line is there: a thread reads it and answers. */
int conversation_begin(struct conversation *c) MUST_CHECK;

#endif

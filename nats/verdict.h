/* What the stream's answer to a message means: pure, and decided for every code there is. */
#ifndef NATS_VERDICT_H
#define NATS_VERDICT_H

#include "store/sink.h"

#include <nats/nats.h>

/* `code` 0: the library's own trouble; `text` may be NULL. TAKEN never comes out of this. */
void nats_judge(natsStatus status, jsErrCode code, const char *text, const char *stream,
                struct outcome *to);

#endif

/* What an answer of such a server means. */
#ifndef UPLOAD_VERDICT_H
#define UPLOAD_VERDICT_H

#include "store/sink.h"

/* `words` is the answer itself, `retry_after` that header or "". */
void upload_judge(long status, const char *words, const char *retry_after, struct outcome *o);

#endif

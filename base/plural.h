/* One reading, two readings. */
#ifndef BASE_PLURAL_H
#define BASE_PLURAL_H

#include <stdint.h>

/* "%lld reading%s" */
static inline const char *plural_s(int64_t count)
{
    return count == 1 ? "" : "s";
}

/* "%lld reading%s %s not delivered yet" */
static inline const char *plural_are(int64_t count)
{
    return count == 1 ? "is" : "are";
}

/* "; they are kept" */
static inline const char *plural_they(int64_t count)
{
    return count == 1 ? "it" : "they";
}

#endif

/* The table (collector/sinks.h). */
#include "collector/sinks.h"

#include <string.h>

const struct sink *const sinks[] = {
#define SINK(name) &sink_##name,
#include "collector/sinks.def"
#undef SINK
    NULL,
};

const struct sink *sink_find(const char *name)
{
    for (size_t i = 0; sinks[i]; i++)
        if (!strcmp(sinks[i]->name, name))
            return sinks[i];
    return NULL;
}

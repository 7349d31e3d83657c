/* Names of commands (metrics/control.h). */
#include "metrics/control.h"

const char *command_name(const struct command *c)
{
    return c->metric != M_NONE ? catalogue[c->metric].name : c->name;
}

/* The table of drivers (drivers/driver.h). */
#include "drivers/driver.h"

#include <string.h>

const struct driver *const drivers[] = {
#define DRIVER(name) &driver_##name,
#include "drivers/drivers.def"
#undef DRIVER
    NULL,
};

const struct driver *driver_find(const char *name)
{
    for (size_t i = 0; drivers[i]; i++)
        if (!strcmp(drivers[i]->name, name))
            return drivers[i];
    return NULL;
}

const char *driver_native(const struct driver *driver, const char *name)
{
    for (const struct other_name *o = driver->other_names; o && o->name; o++)
        if (!strcmp(o->name, name))
            return o->native;
    return name;
}

const char *driver_usual(const struct driver *driver, const char *scheme)
{
    for (const struct place *place = driver->places; place->scheme; place++)
        if (!strcmp(place->scheme, scheme) && place->options)
            return place->options;
    return "";
}

/* The rows of adapters.def (collector/checks/adapters.h). */
#include "collector/checks/adapters.h"

#include <string.h>

const struct adapter adapters[] = {
#define ADAPTER(id, chip, drivers, module, since) {id, chip, drivers, module, since},
#define BOUND(id, driver, gravity, means, mend)
#include "collector/checks/adapters.def"
    {.id = NULL},
};

const struct bound bounds[] = {
#define ADAPTER(id, chip, drivers, module, since)
#define BOUND(id, driver, gravity, means, mend) {id, driver, gravity, means, mend},
#include "collector/checks/adapters.def"
    {.id = NULL},
};

const struct adapter *adapter_of(const char *id)
{
    for (const struct adapter *a = adapters; a->id; a++)
        if (!strcmp(a->id, id))
            return a;
    return NULL;
}

const struct bound *bound_of(const char *id, const char *driver)
{
    for (const struct bound *b = bounds; b->id; b++)
        if (!strcmp(b->id, id) && !strcmp(b->driver, driver))
            return b;
    return NULL;
}

/* Words apart by blanks: "xr_serial" is not in "cdc_xr_usb_serial". */
bool adapter_is_driven_by(const struct adapter *a, const char *driver)
{
    size_t length = strlen(driver);

    for (const char *at = a->drivers; length && (at = strstr(at, driver)); at += length)
        if ((at == a->drivers || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
            return true;
    return false;
}

/* What is known of adapters: rows of adapters.def. */
#ifndef COLLECTOR_CHECKS_ADAPTERS_H
#define COLLECTOR_CHECKS_ADAPTERS_H

#include "collector/checks/report.h"

struct adapter {
    const char *id, *chip, *drivers, *module, *since; /* id NULL ends the rows */
};
extern const struct adapter adapters[];

struct bound {
    const char *id, *driver;
    enum gravity gravity;
    const char *means, *mend;
};
extern const struct bound bounds[];

const struct adapter *adapter_of(const char *id); /* NULL: a stranger */
const struct bound *bound_of(const char *id, const char *driver);
bool adapter_is_driven_by(const struct adapter *a, const char *driver);

#endif

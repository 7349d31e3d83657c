/* All tables of settings, in the order of the settings file. */
#ifndef COLLECTOR_SETTING_TABLES_H
#define COLLECTOR_SETTING_TABLES_H

#include "base/section.h"

/* `section` is its name, or of which of its kinds: "bus", "bus (rtu)"; `what` says what that is. */
typedef void setting_table_fn(void *who, const char *section, const char *what,
                              const struct setting *rows);
void setting_tables_walk(setting_table_fn *see, void *who);

#endif

/* What the old program's two addresses have in common, /cmds and /graph (web/inside.h). */
#ifndef WEB_OLD_H
#define WEB_OLD_H

#include "web/inside.h"

/* The inverter they speak of: old_device, else the first Axpert. NULL: there is none. */
const struct view_device *old_device(struct exchange *x);

/* A problem that also has the old program's "error". */
enum MHD_Result old_refuse(struct exchange *x, unsigned status, const char *detail);

#endif

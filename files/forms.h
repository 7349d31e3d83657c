/* What stands in the files: pure. */
#ifndef FILES_FORMS_H
#define FILES_FORMS_H

#include "base/text.h"
#include "store/record.h"

enum { FORM_BYTES = 24 * 1024 };

/* The lines of the old logtracer's snapshot, in its order, with right values; what is not known has
 * no line. The last line says when. */
void form_old(const struct reading *r, struct text *to);

void form_json(const struct origin *from, const struct reading *r, struct text *to);

#endif

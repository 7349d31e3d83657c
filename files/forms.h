/* What stands in the files: pure. */
#ifndef FILES_FORMS_H
#define FILES_FORMS_H

#include "base/text.h"
#include "store/record.h"

enum { FORM_BYTES = 24 * 1024 };

/* The lines of the old logtracer's snapshot, in its order, with right values; what is not known has
 * no line. The last line says when. */
void form_old(const struct reading *r, struct text *to);

/* The header of an Axpert's daily log, and its words as the device writes them: 21, each in its
 * width. What no reading carries is 0: words 17 and 18 (when the fans start, EEPROM version), the
 * bits "SBU priority added", "charger firmware updated", "battery voltage steady", "dust-proof".
 * "Charging" is told from solar or grid charging, "switched on" from the output. False, and nothing
 * is written, when a measured word is missing: none is made up. */
extern const char form_axpert_header[];
bool form_axpert(const struct reading *r, struct text *to);

void form_json(const struct origin *from, const struct reading *r, struct text *to);

#endif

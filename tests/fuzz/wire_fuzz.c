/* Any text as a wire: taken apart within its places, or refused with a reason. */
#include "bus/lines.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char *text = malloc(length + 1);
    struct wire *wire = malloc(sizeof *wire);
    char why[160] = "";

    if (!text || !wire)
        abort();
    memcpy(text, bytes, length);
    text[length] = '\0';
    int rc = wire_parse(text, wire, why, sizeof why);
    if (rc != OK && (rc != ERR_USAGE || !*why))
        abort(); /* refused without a reason */
    if (rc == OK &&
        (!wire->line || wire->address < -1 || wire->address > 999 ||
         strlen(wire->where) >= sizeof wire->where ||
         strlen(wire->options) >= sizeof wire->options || (wire->line->parts && !*wire->where)))
        abort();
    free(wire);
    free(text);
    return 0;
}

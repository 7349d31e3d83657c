/* Any bytes as a settings file: complaints are fine, crashes and leaks are not. */
#include "base/log.h"
#include "base/section.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// clang-format off
static const struct setting rows[] = {
    { "line",  TEXT,   NULL,   0, 0,      NULL,            "where the wire is" },
    { "speed", NUMBER, "9600", 1, 250000, NULL,            "bits a second" },
    { "parity",CHOICE, "none", 0, 0,      "none even odd", "parity" },
    { "lend",  YESNO,  "yes",  0, 0,      NULL,            "lend the line" },
    SETTINGS_END
};
// clang-format on

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const struct setting *const tables[] = {rows};
    struct settings *found = NULL;
    char *text = malloc(length + 1);
    double sum = 0;

    if (!text)
        return 0;
    memcpy(text, bytes, length);
    text[length] = '\0';
    log_set_level((enum log_level)0); /* quieter than any level: complaints are the normal case */
    int rc = settings_parse(text, "fuzz", &found);
    for (size_t i = 0; found && i < found->count; i++) {
        struct section *s = &found->sections[i];
        rc = section_check(s, tables, 1);
        sum += section_number(s, "speed") + section_yes(s, "lend") +
               (double)strlen(section_text(s, "line")) + (double)strlen(section_text(s, "parity"));
        if (!rc && (section_number(s, "speed") < 1 || section_number(s, "speed") > 250000))
            abort(); /* passed the check and is out of range */
    }
    if (found && found->faults == 0 && rc == ERR_CONFIG)
        abort(); /* refused without a complaint */
    settings_free(found);
    free(text);
    return sum < 0; /* never: only keeps the look-ups from being optimised away */
}

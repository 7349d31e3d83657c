/* Ports and units as they stood on an old command line (program.h). */
#include "collector/old_settings/program.h"

#include <stdlib.h>
#include <string.h>

static bool read_unit(char *word, struct old_unit *to)
{
    char *colon = strrchr(word, ':');
    int64_t address;

    if (!colon || colon == word || *word != '/' || (size_t)(colon - word) >= sizeof to->port)
        return false;
    *colon = '\0';
    if (!integer_read(colon + 1, &address) || address < 1 || address > 247 ||
        strpbrk(word, " #;\"'\\"))
        return false;
    snprintf(to->port, sizeof to->port, "%s", word);
    to->address = (unsigned)address;
    return true;
}

bool old_units_read(struct old_job *job, const char *words)
{
    bool is_good = *words;

    job->unit_count = 0;
    while (*words && is_good) {
        size_t length = strcspn(words, ",");
        char *word = strndup(words, length);
        struct old_unit *unit = &job->units[job->unit_count];
        is_good = word && job->unit_count < OLD_UNITS && read_unit(word, unit);
        free(word);
        for (size_t i = 0; i < job->unit_count && is_good; i++)
            is_good = unit->address != job->units[i].address ||
                      strcmp(unit->port, job->units[i].port) != 0;
        job->unit_count += is_good;
        words += length + (words[length] == ',');
    }
    return is_good;
}

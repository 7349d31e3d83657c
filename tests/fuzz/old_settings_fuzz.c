/* Any bytes as an old program's settings, of each kind: what is printed is a settings file. */
#include "collector/old_settings/program.h"

#include "base/log.h"
#include "base/section.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void one_kind(const struct old_program *program, const char *text, size_t length)
{
    static char out[32768];
    struct old_job *job = calloc(1, sizeof *job);
    struct settings *found = NULL;

    if (job)
        job->finds = finds_new();
    if (job && job->finds) {
        job->program = program;
        job->out = text_on(out, sizeof out);
        int rc = old_settings_convert(job, text, length);
        if (rc && rc != ERR_DATA)
            abort();
        if (rc && !job->finds->remark_count)
            abort(); /* refused without a word */
        if (!rc && settings_parse(out, "fuzz", &found))
            abort();
        settings_free(found);
        finds_free(job->finds);
    }
    free(job);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char *text = malloc(length + 1); /* alone, so that a step too far is noticed */

    if (!text)
        return 0;
    memcpy(text, bytes, length);
    text[length] = '\0';
    log_set_level((enum log_level)0); /* complaints are the normal case */
    one_kind(NULL, text, length);
    for (size_t i = 0; old_programs[i]; i++)
        one_kind(old_programs[i], text, length);
    free(text);
    return 0;
}

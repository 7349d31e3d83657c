/* What a server says may be anything: it is judged, and its words are fit for a log. */
#include "influx/verdict.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* Two bytes of status, one of API, then the body; the header is its first line. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct judged judged;
    char *body, header[64] = "";

    if (length < 3)
        return 0;
    body = malloc(length - 2);
    if (!body)
        return 0;
    memcpy(body, bytes + 3, length - 3);
    body[length - 3] = '\0';
    strncat(header, body, strcspn(body, "\n") < sizeof header - 1 ? strcspn(body, "\n") : 0);
    struct answer_seen seen = {.api = (enum influx_api)(bytes[2] % API_COUNT),
                               .status = (bytes[0] << 8 | bytes[1]) % 1000,
                               .body = body,
                               .retry_after = header,
                               .now_ms = 1780000000000};
    verdict_judge(&seen, &judged);
    if (judged.outcome.bad_count > BAD_MAX || judged.outcome.retry_after_ms < 0)
        abort();
    if (judged.outcome.verdict == TAKEN && !judged.outcome.bad_count && seen.status / 100 != 2 &&
        !strstr(body, "retention"))
        abort(); /* nothing else moves a cursor */
    for (const char *p = judged.outcome.why; *p; p++)
        if ((unsigned char)*p < 32)
            abort();
    free(body);
    return 0;
}

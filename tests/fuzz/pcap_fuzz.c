/* Any bytes as a recording: frames lie inside it, none twice, and what a tap wrote decodes. */
#include "collector/cli/pcap.h"
#include "drivers/driver.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void touch(void *to, const struct field *f)
{
    *(size_t *)to += strlen(f->name);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static struct tapped t;
    struct decoding how = {.rows = driver_mate.rows};
    uint8_t *copy = malloc(length ? length : 1); /* its end is watched */
    const uint8_t *last = copy;
    struct pcap p;
    struct pcap_frame f;
    size_t said = 0;
    int detail = 0;

    if (!copy)
        return 0;
    memcpy(copy, bytes, length);
    if (pcap_open(&p, copy, length) == OK)
        while (pcap_next(&p, &f)) {
            if (f.bytes < last || f.bytes + f.length > copy + length)
                abort();
            last = f.bytes + f.length;
            if (driver_mate.speech->tapped(f.bytes, f.length, &t))
                (void)driver_mate.speech->decode(&how, t.asked, t.asked_length, t.answered,
                                                 t.answered_length, touch, &said, &detail);
        }
    free(copy);
    return 0;
}

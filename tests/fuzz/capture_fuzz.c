/* Any text as lines of a capture; what is read as bytes, written again, reads as the same. */
#include "base/text.h"
#include "bus/capture.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_line(const char *line)
{
    static struct capture_line part, again;
    char text[3 * ANSWER_MAX + 3];
    int rc = capture_read_line(line, &part);

    if (rc && rc != ERR_DATA && rc != ERR_FULL)
        abort();
    if (rc)
        return;
    if (part.length > sizeof part.bytes || strlen(part.text) >= sizeof part.text)
        abort();
    if (part.kind != CAPTURE_ASKED && part.kind != CAPTURE_ANSWERED)
        return;
    struct text t = text_on(text, sizeof text);
    text_add(&t, part.kind == CAPTURE_ASKED ? "> " : "< ");
    text_hex(&t, part.bytes, part.length);
    if (t.is_cut || capture_read_line(text, &again) || again.kind != part.kind ||
        again.length != part.length || memcmp(again.bytes, part.bytes, part.length))
        abort();
}

static void check_bytes(const char *text)
{
    uint8_t few[3], ninth[1];
    uint8_t *many = malloc(ANSWER_MAX);
    int n = capture_read_bytes(text, few, ninth, sizeof few);

    if (!many || n > (int)sizeof few || (n < 0 && n != ERR_DATA && n != ERR_FULL))
        abort();
    int m = capture_read_bytes(text, many, NULL, ANSWER_MAX);
    if (n >= 0 && (m != n || memcmp(few, many, (size_t)n)))
        abort();
    free(many);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char *text = malloc(length + 1);
    char *rest = text, *line;

    if (!text)
        return 0;
    memcpy(text, bytes, length);
    text[length] = '\0';
    check_line(text); /* with line ends inside */
    check_bytes(text);
    while ((line = strsep(&rest, "\n")) != NULL)
        check_line(line);
    free(text);
    return 0;
}

/* Reading and writing the capture format (bus/capture.h). */
#include "bus/capture.h"

#include "base/text.h"

#include <ctype.h>
#include <string.h>

static void write_bytes(FILE *to, char mark, const uint8_t *bytes, size_t length)
{
    char hex[3 * ANSWER_MAX + 1];
    struct text text = text_on(hex, sizeof hex);

    text_hex(&text, bytes, length);
    fprintf(to, "%c %s\n", mark, hex);
}

void capture_write(FILE *to, const uint8_t *asked, size_t asked_length, const uint8_t *answered,
                   size_t answered_length, int result)
{
    write_bytes(to, '>', asked, asked_length);
    if (answered_length)
        write_bytes(to, '<', answered, answered_length);
    if (result)
        fprintf(to, "! %s\n", error_word(result));
    fflush(to);
}

int capture_read_bytes(const char *text, uint8_t *to, uint8_t *ninth, size_t size)
{
    size_t count = 0;

    while (isspace((unsigned char)*text))
        text++;
    if (*text == '-' && strspn(text + 1, " \t\r\n") == strlen(text + 1))
        return 0;
    if (ninth)
        memset(ninth, 0, (size + 7) / 8);
    while (*text) {
        char pair[3] = {0};
        if (isspace((unsigned char)*text)) {
            text++;
            continue;
        }
        bool is_marked = *text == '^';
        text += is_marked;
        if (!text[0] || !text[1])
            return ERR_DATA;
        memcpy(pair, text, 2);
        if (count == size)
            return ERR_FULL;
        if (hex_read(pair, &to[count], 1) != 1)
            return ERR_DATA;
        if (is_marked && ninth)
            ninth[count / 8] |= (uint8_t)(1 << count % 8);
        count++;
        text += 2;
    }
    return (int)count;
}

static int read_marked(const char *rest, enum capture_kind kind, struct capture_line *to)
{
    int n = capture_read_bytes(rest, to->bytes, to->ninth, sizeof to->bytes);

    if (n < 0)
        return n;
    to->kind = kind;
    to->length = (size_t)n;
    return OK;
}

static int read_words(const char *rest, enum capture_kind kind, struct capture_line *to)
{
    size_t length = strcspn(rest, "\r\n");

    if (length >= sizeof to->text)
        return ERR_FULL;
    to->kind = kind;
    memcpy(to->text, rest, length);
    to->text[length] = '\0';
    while (length && isspace((unsigned char)to->text[length - 1]))
        to->text[--length] = '\0';
    return OK;
}

int capture_read_line(const char *line, struct capture_line *to)
{
    char bytes[CAPTURE_LINE];

    to->kind = CAPTURE_NOTHING;
    to->length = 0;
    to->text[0] = '\0';
    while (isspace((unsigned char)*line))
        line++;
    if (!*line || *line == '#')
        return OK;
    char mark = *line++;
    line += strspn(line, " \t");
    if (mark == '>' || mark == '<') {
        size_t length = strcspn(line, "#\r\n"); /* a remark may follow the bytes */
        if (length >= sizeof bytes)
            return ERR_FULL;
        memcpy(bytes, line, length);
        bytes[length] = '\0';
        return read_marked(bytes, mark == '>' ? CAPTURE_ASKED : CAPTURE_ANSWERED, to);
    }
    switch (mark) {
    case '@':
        return read_words(line, CAPTURE_CASE, to);
    case '!':
        return read_words(line, CAPTURE_FAILED, to);
    case '=':
        return read_words(line, CAPTURE_MEANING, to);
    default:
        return ERR_DATA;
    }
}

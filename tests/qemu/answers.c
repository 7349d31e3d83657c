/* Questions and answers of a made-up USB unit (tests/qemu/answers.h). */
#include "tests/qemu/answers.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static int exchange_read(struct answers *a, char *line)
{
    char *tab = strchr(line, '\t');
    bool is_other = *line == '*';
    struct exchange *row = is_other ? &a->other : &a->rows[a->count];
    int question = 0, answer;

    if (!tab || a->count == EXCHANGES_MAX)
        return ERR_DATA;
    *tab = '\0';
    if (!is_other)
        question = hex_read(text_trim(line), row->question, sizeof(row->question));
    answer = hex_read(text_trim(tab + 1), row->answer, sizeof(row->answer));
    if (question < 0 || answer < 0 || !(question || is_other))
        return ERR_DATA;
    row->question_length = (size_t)question;
    row->answer_length = (size_t)answer;
    if (!is_other)
        a->count++;
    return OK;
}

static int line_read(struct answers *a, char *line)
{
    unsigned number;
    char what[10] = "answers";

    line[strcspn(line, "\r\n")] = '\0';
    if (!*line || *line == '#')
        return OK;
    if (!strcmp(line, "instant")) {
        a->is_instant = true;
        return OK;
    }
    if (sscanf(line, "replug after %u", &number) == 1 && number < 1000000) {
        a->replug_ms = (int)number;
        return OK;
    }
    if (sscanf(line, "unplug after %u %9s", &number, what) < 1)
        return exchange_read(a, line);
    if (!strcmp(what, "answers"))
        a->unplug_answers = number;
    else if (!strcmp(what, "reports"))
        a->unplug_reports = number;
    else
        return ERR_DATA;
    return OK;
}

int answers_load(struct answers *a, const char *path)
{
    static char line[2 * (QUESTION_MAX + ANSWER_MAX) + 10];
    FILE *file = fopen(path, "r");
    unsigned number = 0;
    int error = OK;

    if (!file)
        return ERR_INPUT;
    *a = (struct answers){.replug_ms = -1};
    while (!error && fgets(line, sizeof(line), file)) {
        error = line_read(a, line);
        number++;
    }
    if (error)
        (void)fprintf(stderr, "%s: line %u cannot be read\n", path, number);
    (void)fclose(file);
    return error;
}

/* The question, then at most zeros, and those within its last report. */
static bool is_whole(const struct exchange *row, const uint8_t *asked, size_t length)
{
    if (length < row->question_length || length - row->question_length >= REPORT)
        return false;
    for (size_t i = row->question_length; i < length; i++) {
        if (asked[i])
            return false;
    }
    return !memcmp(row->question, asked, row->question_length);
}

const struct exchange *answers_find(struct answers *a, const uint8_t *asked, size_t length,
                                    bool *is_begun)
{
    struct exchange *found = NULL;

    *is_begun = false;
    for (size_t i = 0; i < a->count; i++) {
        struct exchange *row = &a->rows[i];

        if (is_whole(row, asked, length) && (!found || found->is_used))
            found = row;
        if (length < row->question_length && !memcmp(row->question, asked, length))
            *is_begun = true;
    }
    if (found)
        found->is_used = true;
    if (found || *is_begun || !a->other.answer_length)
        return found;
    *is_begun = !memchr(asked, '\r', length);
    return *is_begun ? NULL : &a->other;
}

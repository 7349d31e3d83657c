/* Rows to the screen (collector/cli/sheet.h). */
#include "collector/cli/sheet.h"

#include "base/json.h"

#include <stdarg.h>
#include <stdio.h>

enum { ROW_TEXT = 4096 };

static void print_heads(struct sheet *s)
{
    for (int i = 0; i < s->count; i++)
        if (s->form == AS_MARKDOWN)
            printf("| %s %s", s->heads[i], i + 1 == s->count ? "|\n" : "");
        else
            printf("%-*s%s", i + 1 == s->count ? 0 : s->widths[i], s->heads[i],
                   i + 1 == s->count ? "\n" : " ");
    for (int i = 0; i < s->count && s->form == AS_MARKDOWN; i++)
        printf("|---%s", i + 1 == s->count ? "|\n" : "");
}

void sheet_row(struct sheet *s, ...)
{
    char bytes[ROW_TEXT];
    struct text text = text_on(bytes, sizeof bytes);
    struct json j = json_on(&text);
    va_list cells;

    if (!s->is_begun && s->form != AS_JSON)
        print_heads(s);
    if (s->form == AS_JSON) {
        text_add(&text, s->is_begun ? ",\n " : "[");
        json_open(&j, NULL, '{');
    }
    s->is_begun = true;
    va_start(cells, s);
    for (int i = 0; i < s->count; i++) {
        const char *cell = va_arg(cells, const char *);
        bool is_last = i + 1 == s->count;
        if (s->form == AS_JSON)
            json_string(&j, s->heads[i], cell);
        else if (s->form == AS_MARKDOWN)
            text_format(&text, "| %s %s", cell, is_last ? "|\n" : "");
        else
            text_format(&text, "%-*s%s", is_last ? 0 : s->widths[i], cell, is_last ? "\n" : " ");
    }
    va_end(cells);
    if (s->form == AS_JSON)
        json_close(&j, '}');
    fputs(bytes, stdout);
}

int sheet_end(struct sheet *s)
{
    if (s->form == AS_JSON)
        puts(s->is_begun ? "]" : "[]");
    return OK;
}
